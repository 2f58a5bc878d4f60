using Gateway.Benchmarks.Processes;

namespace Gateway.Benchmarks.Failover.Contenders;

/// <summary>A proxy under test.</summary>
/// <param name="Key">For <c>--only</c>.</param>
/// <param name="Prepare">Writes its configuration and says how to start it.</param>
internal sealed record Contender(string Key, string Title, Func<Site, Command> Prepare)
{
    /// <summary>The Debian package that it comes from; null: it comes with the benchmark.</summary>
    public string? Package { get; init; }

    public bool IsGateway => Key == GatewayContender.Key;
}

/// <summary>Where a contender runs, and between whom.</summary>
internal sealed record Site(TempFolder Folder, int Port, int Primary, int Standby);
