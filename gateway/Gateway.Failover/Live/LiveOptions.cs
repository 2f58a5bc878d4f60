using Gateway.Failover.Configuration;

namespace Gateway.Failover.Live;

/// <summary>The live feed to dashboards.</summary>
public sealed class LiveOptions
{
    /// <summary>How many clients may watch at a time, over all transports. Further ones get 503; over SignalR, an error that says so.</summary>
    [Allowed("1", "10000")]
    public int MaxSubscribers { get; set; } = 200;

    /// <summary>How many messages may wait for a slow client before it loses them and gets a new snapshot.</summary>
    [Allowed("16", "100000")]
    public int SubscriberBuffer { get; set; } = 1_000;

    /// <summary>How many log lines are kept for clients that come. A snapshot carries them all, and at most 500.</summary>
    [Allowed("0", "500")]
    public int LogLines { get; set; } = 500;

    /// <summary>The lowest level of log lines in the feed.</summary>
    public LogLevel LogLevel { get; set; } = LogLevel.Information;

    /// <summary>How often latency, rate and errors are sent.</summary>
    [Allowed("100ms", "1m")]
    public TimeSpan FiguresInterval { get; set; } = TimeSpan.FromSeconds(1);
}
