using Gateway.Failover.Configuration;

namespace Gateway.Failover.Engine;

/// <summary>The one queue into which everything observed goes.</summary>
public sealed class EngineOptions
{
    /// <summary>
    /// How many observations may wait for the engine. Beyond it the newest are dropped and counted
    /// (<c>gateway_inbox_dropped_total</c>); a command is refused instead.
    /// </summary>
    [Allowed("100", "1000000")]
    public int InboxCapacity { get; set; } = 10_000;

    /// <summary>How many events and changes are kept in memory for the history and for clients that come back.</summary>
    [Allowed("10", "100000")]
    public int HistorySize { get; set; } = 1_000;
}

/// <summary>The journal of events: an append-only file that survives a restart.</summary>
public sealed class JournalOptions
{
    /// <summary>
    /// The file. What operators have added and removed is kept beside it. Empty: both are kept in memory only. A relative path is relative to the
    /// working directory.
    /// </summary>
    public string Path { get; set; } = string.Empty;

    /// <summary>The file's bound in bytes. Beyond it the older half is dropped, and the state of every pool is written anew.</summary>
    [Allowed("65536", "1073741824")]
    public long MaxBytes { get; set; } = 8 * 1024 * 1024;
}
