using Gateway.Benchmarks.Processes;

namespace Gateway.Benchmarks.Failover.Contenders;

/// <summary>
/// nginx has no probes: two failures within two seconds leave a server alone for two seconds, in all its workers alike (<c>zone</c>).
/// </summary>
internal static class Nginx
{
    public static Command Prepare(Site site)
    {
        var config = site.Folder.Write("nginx.conf", $$"""
            daemon off;
            worker_processes 2;
            pid nginx.pid;
            error_log stderr crit;
            events { worker_connections 4096; }
            http {
              access_log off;
              client_body_temp_path body;
              proxy_temp_path proxy;
              fastcgi_temp_path fastcgi;
              uwsgi_temp_path uwsgi;
              scgi_temp_path scgi;
              keepalive_requests 1000000;
              upstream api {
                zone api 64k;
                server 127.0.0.1:{{site.Primary}} max_fails=2 fail_timeout=2s;
                server 127.0.0.1:{{site.Standby}} max_fails=2 fail_timeout=2s backup;
                keepalive 64;
                keepalive_requests 1000000;
              }
              server {
                listen 127.0.0.1:{{site.Port}};
                location / {
                  proxy_pass http://api;
                  proxy_http_version 1.1;
                  proxy_set_header Connection "";
                  proxy_connect_timeout 1s;
                  proxy_send_timeout 1s;
                  proxy_read_timeout 1s;
                  proxy_next_upstream error timeout http_500 http_502 http_503 http_504;
                  proxy_next_upstream_tries 3;
                }
              }
            }

            """);
        return new Command(Everybody.Find("nginx")!, "-p", site.Folder.Path, "-e", "stderr", "-c", config);
    }
}
