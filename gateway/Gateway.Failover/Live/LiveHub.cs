using Microsoft.AspNetCore.SignalR;

namespace Gateway.Failover.Live;

/// <summary>The live feed over SignalR: one streaming method.</summary>
internal sealed class LiveHub(LiveFeed feed) : Hub
{
    public IAsyncEnumerable<object> Watch(string? cursor, CancellationToken cancel) => feed.WatchAsync(cursor, cancel);
}
