using System.Globalization;
using System.Text;
using Gateway.EndToEnd.Harness;

namespace Gateway.EndToEnd;

/// <summary>A stream of events that breaks off is opened again elsewhere, and its client sees every event once, whole and in order.</summary>
public sealed class ResumedEventsTests(ITestOutputHelper output) : EndToEndTest(output)
{
    private const int Breaks = 20;
    private const int Last = 150;
    private const int Kills = 4;

    [Fact]
    public async Task Events_that_break_off_twenty_times_in_the_middle_of_one_arrive_once_and_in_order()
    {
        var breaks = 0;
        RawAnswer Events(RawRequest request)
        {
            var (from, number) = (int.Parse(request.Header("Last-Event-ID") ?? "0") + 1, Interlocked.Increment(ref breaks));
            return number > Breaks ? Stream(from, Last, RawEnd.KeepOpen) : Stream(from, from + (number % 7), number % 2 == 0 ? RawEnd.Fin : RawEnd.Reset);
        }

        await using var primary = new RawBackend(Events);
        await using var secondary = new RawBackend(Events);
        var gateway = await ResumingAsync(primary, secondary);

        var reply = await RawClient.SendAsync(gateway, "GET", "/api/events", "events", body: null, "Accept: text/event-stream");

        Assert.Equal(string.Concat(Enumerable.Range(1, Last).Select(Event)), reply.Content);
        Assert.True(reply.IsWhole, $"reset {reply.WasReset}");
        Assert.Equal(Breaks + 1, primary.Requests.Count + secondary.Requests.Count);
        Assert.NotEmpty(secondary.Requests);
    }

    [Fact]
    public async Task The_clients_own_last_event_is_where_its_stream_begins()
    {
        await using var primary = new RawBackend(request => Stream(int.Parse(request.Header("Last-Event-ID")!) + 1, Last, RawEnd.Reset));
        await using var secondary = new RawBackend(request => Stream(int.Parse(request.Header("Last-Event-ID")!) + 1, Last + 1, RawEnd.KeepOpen));
        var gateway = await ResumingAsync(primary, secondary);

        var reply = await RawClient.SendAsync(gateway, "GET", "/api/events", "events", body: null, "Accept: text/event-stream", "Last-Event-ID: 140");

        Assert.Equal(string.Concat(Enumerable.Range(141, Last + 1 - 140).Select(Event)), reply.Content);
        Assert.True(reply.IsWhole);
    }

    // Without an id nobody can say where to go on.
    [Fact]
    public async Task Events_without_an_id_are_visibly_broken_and_none_is_half()
    {
        const string Anonymous = "data: one\n\n";
        await using var primary = new RawBackend(_ => Chunked(RawEnd.Fin, Anonymous, Anonymous, "data: ha"));
        await using var secondary = new RawBackend(_ => Chunked(RawEnd.KeepOpen, Anonymous));
        var gateway = await ResumingAsync(primary, secondary);

        var reply = await RawClient.SendAsync(gateway, "GET", "/api/events", "events", body: null, "Accept: text/event-stream");

        Assert.False(reply.IsWhole);
        Assert.Equal(Anonymous + Anonymous, reply.Content);
        Assert.Empty(secondary.Requests);
    }

    [Fact]
    public async Task Events_go_on_while_one_backend_after_the_other_is_killed()
    {
        var (primary, secondary) = await BackendsAsync();
        var config = ConfigFor(primary, secondary);
        config["Failover:Routes:api:Resume"] = true;
        config["Failover:Pools:api:Failback:Mode"] = "Never";
        var gateway = await GatewayAsync(config);
        using var response = await gateway.Http.GetAsync("api/stream?interval=5ms&count=1000000", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var seen = 0;
        for (var kill = 1; kill <= Kills; kill++)
        {
            seen = await ReadAsync(reader, seen, more: 20);
            var victim = (await gateway.PoolAsync()).Active == "primary" ? primary : secondary;
            victim.Send(Signal.Kill);
            await gateway.ActiveAsync(victim == primary ? "secondary" : "primary");
            seen = await ReadAsync(reader, seen, more: 100);
            await victim.RestartAsync();
            await gateway.AllUpAsync();
        }

        await ReadAsync(reader, seen, more: 100);
        Assert.Equal(Kills, (await gateway.ChangesAsync()).Count);
    }

    // A process that stands still closes nothing: the stream is silent, and only the verdict ends it.
    [Theory]
    [InlineData("stands still", "Finish")]
    [InlineData("is left by an operator", "Close")]
    public async Task Events_go_on_elsewhere_when_their_backend_is_left(string how, string streams)
    {
        var (primary, secondary) = await BackendsAsync();
        var config = ConfigFor(primary, secondary);
        config["Failover:Routes:api:Resume"] = true;
        config["Failover:Pools:api:Streams"] = streams;
        var gateway = await GatewayAsync(config);
        var gets = Gets(gateway);
        await gets.AnswersComeFromAsync("primary", more: 200);
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/stream?interval=5ms&count=1000000") { Headers = { { "Accept", "text/event-stream" } } };
        using var response = await gateway.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var seen = await ReadAsync(reader, seen: 0, more: 20, by: "primary");

        if (how == "stands still")
        {
            primary.Send(Signal.Stop);
        }
        else
        {
            await gateway.CommandAsync("pools/api/switchover", new { to = "secondary" });
        }

        await gateway.ActiveAsync("secondary");
        await ReadAsync(reader, seen, more: 200, by: "secondary");
    }

    private Task<GatewayProcess> ResumingAsync(RawBackend primary, RawBackend secondary) => BetweenAsync(primary.Url, secondary.Url, config =>
    {
        config["Failover:Routes:api:Resume"] = true;
        config["Failover:Pools:api:Attempts:Max"] = 10;
    });

    /// <summary>Reads so many more events of the demo backend's; each has to be the next one, and whole, and the last one somebody's.</summary>
    private static async Task<int> ReadAsync(StreamReader reader, int seen, int more, string by = "")
    {
        var tick = string.Empty;
        using var deadline = new CancellationTokenSource(Eventually.Soon);
        for (var id = seen + 1; id <= seen + more; id++)
        {
            Assert.Equal($"id: {id}", await reader.ReadLineAsync(deadline.Token));
            Assert.Equal("event: tick", await reader.ReadLineAsync(deadline.Token));
            tick = await reader.ReadLineAsync(deadline.Token);
            Assert.True(tick is ['d', 'a', 't', 'a', ':', .., '}'], tick);
            Assert.Equal(string.Empty, await reader.ReadLineAsync(deadline.Token));
        }

        Assert.Contains(by, tick, StringComparison.Ordinal);

        return seen + more;
    }

    private static string Event(int id) => $"id: {id}\nevent: tick\ndata: the first line of {id}\ndata: the second\n\n";

    /// <summary>Whole events and then, where the connection breaks, a part of the next one.</summary>
    private static RawAnswer Stream(int from, int last, RawEnd then)
    {
        var events = Enumerable.Range(from, last - from + 1).Select(Event).ToList();
        if (then != RawEnd.KeepOpen)
        {
            var next = Event(last + 1);
            events.Add(next[..(next.Length * (last % 5) / 5)]);
        }

        return Chunked(then, [.. events]);
    }

    private static RawAnswer Chunked(RawEnd then, params string[] pieces)
    {
        var text = new StringBuilder("HTTP/1.1 200 Raw\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n\r\n");
        foreach (var piece in pieces.Where(piece => piece.Length > 0))
        {
            text.Append(CultureInfo.InvariantCulture, $"{piece.Length:x}\r\n{piece}\r\n");
        }

        return new RawAnswer(then == RawEnd.KeepOpen ? $"{text}0\r\n\r\n" : $"{text}", then);
    }
}
