using Gateway.Benchmarks.Processes;

namespace Gateway.Benchmarks.Failover.Contenders;

/// <summary>
/// Caddy prefers the first server that is not unhealthy, looks for another one for three seconds, and has a failed answer to a GET given by
/// the standby: by itself it tries nothing again because of a status.
/// </summary>
internal static class Caddy
{
    public static Command Prepare(Site site)
    {
        var config = site.Folder.Write("Caddyfile", $$"""
            {
              admin off
              auto_https off
            }
            http://:{{site.Port}} {
              bind 127.0.0.1
              reverse_proxy 127.0.0.1:{{site.Primary}} 127.0.0.1:{{site.Standby}} {
                lb_policy first
                lb_try_duration 3s
                lb_try_interval 20ms
                health_uri /health
                health_interval 500ms
                health_timeout 1s
                fail_duration 2s
                max_fails 2
                unhealthy_status 500 502 503 504
                transport http {
                  dial_timeout 1s
                  response_header_timeout 1s
                  keepalive 60s
                }
                @failed status 500 502 503 504
                handle_response @failed {
                  @get method GET
                  route {
                    reverse_proxy @get 127.0.0.1:{{site.Standby}}
                    copy_response
                  }
                }
              }
            }

            """);
        return new Command(Everybody.Find("caddy")!, "run", "--config", config, "--adapter", "caddyfile")
        {
            Environment = new() { ["HOME"] = site.Folder.Path, ["XDG_CONFIG_HOME"] = site.Folder.Path, ["XDG_DATA_HOME"] = site.Folder.Path },
        };
    }
}
