using Microsoft.AspNetCore.SignalR;

namespace Gateway.Failover.Live;

/// <summary>The live feed over SignalR: one streaming method.</summary>
internal sealed class LiveHub(LiveFeed feed) : Hub
{
    /// <exception cref="HubException">As many clients watch as are allowed.</exception>
    public IAsyncEnumerable<object> Watch(string? cursor, CancellationToken cancel) => feed.IsFull
        ? throw new HubException("As many clients watch as Failover:Live:MaxSubscribers allows.")
        : feed.WatchAsync(cursor, cancel);
}
