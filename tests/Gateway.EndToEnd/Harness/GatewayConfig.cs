using System.Text.Json;
using System.Text.Json.Nodes;

namespace Gateway.EndToEnd.Harness;

/// <summary>
/// A configuration file as a user writes it. Most times are shorter than the defaults, so that a test need not wait for them; timeouts
/// are not, so that a busy machine is not taken for a broken backend.
/// </summary>
internal sealed class GatewayConfig
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly JsonObject _root = [];

    public GatewayConfig(TestFolder folder, params (string Name, Uri Url)[] backends)
    {
        Path = folder.File("gateway.json");
        this["Log:Directory"] = folder.File("logs");
        this["ReverseProxy:Routes:api:ClusterId"] = "api";
        this["ReverseProxy:Routes:api:Match:Path"] = "/api/{**rest}";
        foreach (var (name, url) in backends)
        {
            this[$"ReverseProxy:Clusters:api:Destinations:{name}:Address"] = url.ToString();
        }

        Tiers = [.. backends.Select(backend => backend.Name)];
        this["Failover:Pools:api:Probe:Interval"] = "200ms";
        this["Failover:Pools:api:Probe:FastInterval"] = "50ms";
        this["Failover:Pools:api:Probe:SlowInterval"] = "400ms";
        this["Failover:Pools:api:Probe:Timeout"] = "5s";
        this["Failover:Pools:api:Judging:EjectionTime"] = "2s";
        this["Failover:Pools:api:Failback:StableTime"] = "1s";
        // A pool as young as a test's has earned no retries yet, and a busy machine notices late.
        this["Failover:Pools:api:Budget:Floor"] = 1000;
        this["Failover:Faults:Allowed"] = true;
        this["Failover:Journal:Path"] = folder.Journal;
    }

    public string Path { get; }

    public string[] Tiers
    {
        set => this["Failover:Pools:api:Tiers"] = new JsonArray([.. value.Select(name => (JsonNode)name)]);
    }

    /// <summary>Sets a setting by its whole name; null takes it out.</summary>
    public JsonNode? this[string setting]
    {
        set
        {
            var names = setting.Split(':');
            var group = _root;
            foreach (var name in names[..^1])
            {
                group = (JsonObject)(group[name] ??= new JsonObject());
            }

            if (value is null)
            {
                group.Remove(names[^1]);
            }
            else
            {
                group[names[^1]] = value;
            }
        }
    }

    /// <summary>Has whatever backends do change nothing about who is active.</summary>
    public GatewayConfig NeverJudges()
    {
        this["Failover:Pools:api:Probe:Fall"] = 100;
        this["Failover:Pools:api:Probe:Watch"] = false;
        this["Failover:Pools:api:Judging:FailureStreak"] = 1000;
        this["Failover:Pools:api:Judging:FailureRatio"] = 0;
        this["Failover:Pools:api:Judging:Stall:Attempts"] = 0;
        return this;
    }

    public string Text => _root.ToJsonString(Indented);

    /// <summary>Writes the file in place, as most editors do: whoever watches it may see it empty for a moment.</summary>
    public GatewayConfig Save()
    {
        File.WriteAllText(Path, Text);
        return this;
    }

    /// <summary>Replaces the file by renaming, as careful programs do.</summary>
    public void Replace()
    {
        File.WriteAllText(Path + ".new", Text);
        File.Move(Path + ".new", Path, overwrite: true);
    }
}
