using System.Text;
using System.Text.Json;
using Gateway.Benchmarks.Failover.Contenders;
using Gateway.Benchmarks.Processes;

namespace Gateway.Benchmarks.Scale;

/// <summary>So many pools of so many backends, as each contender's configuration has it: all probed every second, nothing else asked of them.</summary>
/// <param name="Watch">Whether the gateway keeps a connection of its own open to each as well.</param>
internal sealed record Farm(int Pools, int Backends, Uri Target, bool Watch)
{
    public int Servers => Pools * Backends;

    /// <param name="rise">What is different in a changed configuration.</param>
    public string Gateway(int rise)
    {
        var (clusters, pools) = (new Dictionary<string, object>(), new Dictionary<string, object>());
        foreach (var pool in Enumerable.Range(0, Pools).Select(number => $"pool{number}"))
        {
            var names = Enumerable.Range(0, Backends).Select(number => $"b{number}").ToList();
            clusters[pool] = new { Destinations = names.ToDictionary(name => name, name => new { Address = new Uri(Target, $"{pool}/{name}/").ToString() }) };
            pools[pool] = new { Tiers = names, Probe = new { Interval = "1s", Rise = rise, Watch }, TierMinimum = "1" };
        }

        return JsonSerializer.Serialize(new
        {
            Log = new { Directory = "logs" },
            ReverseProxy = new { Routes = new { one = new { ClusterId = "pool0", Match = new { Path = "/api/{**rest}" } } }, Clusters = clusters },
            Failover = new { Pools = pools },
        });
    }

    public Command HaProxy(TempFolder folder, int port)
    {
        var config = new StringBuilder($"""
            global
              maxconn 1000
            defaults
              mode http
              timeout connect 1s
              timeout server 1s
              timeout client 1s
              timeout check 1s
            frontend clients
              bind 127.0.0.1:{port}
              default_backend pool0

            """);
        for (var pool = 0; pool < Pools; pool++)
        {
            config.Append($"backend pool{pool}\n  option httpchk GET /pool{pool}/health\n  default-server check inter 1s fall 2 rise 2\n");
            for (var backend = 0; backend < Backends; backend++)
            {
                config.Append($"  server b{backend} 127.0.0.1:{Target.Port}{(backend == 0 ? "" : " backup")}\n");
            }
        }

        return new Command(Everybody.Find("haproxy")!, "-db", "-f", folder.Write("haproxy.cfg", config.ToString()));
    }
}
