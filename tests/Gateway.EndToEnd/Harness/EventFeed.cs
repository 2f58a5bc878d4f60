using System.Collections.Concurrent;
using System.Text.Json;

namespace Gateway.EndToEnd.Harness;

/// <summary>A client of <c>/proxy/events</c> that keeps every event it is told.</summary>
internal sealed class EventFeed : IAsyncDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly ConcurrentQueue<FeedEvent> _events = new();
    private readonly Task _loop;

    private EventFeed(HttpResponseMessage response)
    {
        _response = response;
        _loop = Task.Run(ReadAsync);
    }

    public static async Task<EventFeed> OpenAsync(GatewayProcess gateway) =>
        new(await gateway.Http.GetAsync("proxy/events", HttpCompletionOption.ResponseHeadersRead));

    public async Task<FeedEvent> EventAsync(string kind, long epoch)
    {
        FeedEvent? Find() => _events.FirstOrDefault(happened => happened.Kind == kind && happened.Change?.Epoch == epoch);
        await Eventually.TrueAsync($"the feed tells of {kind} of epoch {epoch}", () => Find() is not null);
        return Find()!;
    }

    public async ValueTask DisposeAsync()
    {
        _response.Dispose();
        await _loop;
    }

    private async Task ReadAsync()
    {
        try
        {
            using var reader = new StreamReader(await _response.Content.ReadAsStreamAsync());
            var type = string.Empty;
            while (await reader.ReadLineAsync() is { } line)
            {
                type = line.StartsWith("event: ", StringComparison.Ordinal) ? line["event: ".Length..] : type;
                if (type == "event" && line.StartsWith("data: ", StringComparison.Ordinal))
                {
                    _events.Enqueue(JsonSerializer.Deserialize<FeedEvent>(line["data: ".Length..], JsonSerializerOptions.Web)!);
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or HttpRequestException or OperationCanceledException)
        {
            // The test is over, or the gateway is.
        }
    }
}

internal sealed record FeedEvent(string Kind, string Sentence, ChangeReport? Change);
