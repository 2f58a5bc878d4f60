using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;

namespace Gateway.Failover.Live;

/// <summary>The live feed as server-sent events, for <c>curl -N</c> and for browsers without SignalR.</summary>
internal static class EventStream
{
    /// <summary>The answer to a client too many.</summary>
    public static IResult Full => TypedResults.Problem(
        "As many clients watch as Failover:Live:MaxSubscribers allows.", statusCode: StatusCodes.Status503ServiceUnavailable, title: "Too many watch");

    public static IResult Open(HttpContext context, LiveFeed feed, IHostApplicationLifetime lifetime)
    {
        if (feed.IsFull)
        {
            return Full;
        }

        var cursor = context.Request.Headers["Last-Event-ID"].ToString();
        return TypedResults.ServerSentEvents(Items(feed, cursor, lifetime.ApplicationStopping, context.RequestAborted));
    }

    private static async IAsyncEnumerable<SseItem<string>> Items(
        LiveFeed feed, string cursor, CancellationToken stopping, [EnumeratorCancellation] CancellationToken aborted = default)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(aborted, stopping);
        var messages = feed.WatchAsync(cursor, either.Token).GetAsyncEnumerator(either.Token);
        await using (messages)
        {
            while (await MoveNextAsync(messages))
            {
                var message = messages.Current;
                yield return new SseItem<string>(message.ToJson(), message.Type) { EventId = CursorOf(message) };
            }
        }
    }

    private static string? CursorOf(FeedMessage message) => message switch
    {
        FeedMessage.Snapshot snapshot => snapshot.Cursor,
        FeedMessage.Event happened => happened.Cursor,
        _ => null,
    };

    private static async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<FeedMessage> messages)
    {
        try
        {
            return await messages.MoveNextAsync();
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
