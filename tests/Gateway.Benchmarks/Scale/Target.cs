using System.Globalization;
using Gateway.Benchmarks.Failover.Contenders;
using Gateway.Benchmarks.Processes;
using Gateway.EndToEnd.Harness;

namespace Gateway.Benchmarks.Scale;

/// <summary>What all backends of a scale run are in truth: one nginx that answers every path at once and counts. Cheap, so that the prober is what is measured.</summary>
internal sealed class Target : IAsyncDisposable
{
    private const string CountPath = "count";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http = new() { Timeout = Patience };
    private readonly Child _child;

    private Target(Child child, int port) => (_child, Url) = (child, new Uri($"http://127.0.0.1:{port}/"));

    public Uri Url { get; }

    /// <exception cref="BenchmarkException">nginx is not installed.</exception>
    public static async Task<Target> StartAsync(TempFolder folder)
    {
        var program = Everybody.Find("nginx") ?? throw new BenchmarkException("--scale needs nginx, which was not found. Install it with: apt-get install nginx");
        var port = Ports.Take();
        var config = folder.Write("target.conf", $$"""
            daemon off;
            worker_processes 1;
            pid target.pid;
            error_log stderr crit;
            events { worker_connections 18000; }
            http {
              access_log off;
              client_body_temp_path body;
              proxy_temp_path proxy;
              fastcgi_temp_path fastcgi;
              uwsgi_temp_path uwsgi;
              scgi_temp_path scgi;
              keepalive_timeout 1h;
              keepalive_requests 1000000000;
              server {
                listen 127.0.0.1:{{port}} backlog=4096;
                location /{{CountPath}} { stub_status; }
                location / { return 200 "well\n"; }
              }
            }

            """);
        var target = new Target(Child.Start(new Command(program, "-p", folder.Path, "-c", config), folder.Path), port);
        await Until.TrueAsync(target.AnswersAsync, Patience, () => $"nginx does not answer.\n{target._child.LastWords}");
        return target;
    }

    /// <summary>Requests so far.</summary>
    public async Task<long> CountAsync()
    {
        var lines = (await _http.GetStringAsync(new Uri(Url, CountPath))).Split('\n');
        return long.Parse(lines[2].Split(' ', StringSplitOptions.RemoveEmptyEntries)[2], CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        await _child.DisposeAsync();
        _http.Dispose();
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            return await CountAsync() >= 0;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
