using System.Net;
using Gateway.Failover.Attempts;
using Gateway.Failover.Engine;
using static Gateway.Tests.Attempts.Stories;

namespace Gateway.Tests.Attempts;

/// <summary>Requests that wait because nobody can take them, and those that may not go where they could.</summary>
public class HoldingTests
{
    [Theory]
    [InlineData("GET", null)]
    [InlineData("POST", "body")]
    public async Task A_request_that_nobody_could_take_waits_for_who_comes_back(string method, string? body)
    {
        var isBack = false;
        var client = new ScriptedClient(attempt => Volatile.Read(ref isBack) ? AnswerAsync(attempt) : Attempt.RefuseAsync());
        await using var story = await StoryAsync(client);

        var request = story.SendAsync(method, body);
        await Eventually.EqualAsync(1, () => story.Gateway.Pool.Attempts.Hold.Count);
        await story.Gateway.ProbedAsync("primary", passed: false, times: 2);
        await story.Gateway.ProbedAsync("secondary", passed: false, times: 2);
        Volatile.Write(ref isBack, true);
        await story.Gateway.ProbedAsync("secondary", passed: true, times: 2);
        using var response = await request;

        Assert.Equal((HttpStatusCode.OK, body ?? "secondary"), (response.StatusCode, await response.Content.ReadAsStringAsync()));
        Assert.Equal(0, story.Gateway.Pool.Attempts.Hold.Count);
    }

    [Fact]
    public async Task Who_waits_in_vain_is_told_to_come_again()
    {
        var client = new ScriptedClient(_ => Attempt.RefuseAsync());
        await using var story = await StoryAsync(client, Settings.TwoTiers().With("Failover:Pools:api:Hold:Timeout", "30ms"));

        using var response = await story.SendAsync("POST", "body");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.Null(Header(response, "X-Failover-Outcome"));
        Assert.Contains("none could take the request within 30ms", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await story.EndsAsync(RequestEnd.Failed, ("primary", AttemptEnd.Connect), ("secondary", AttemptEnd.Connect));
    }

    [Fact]
    public async Task Who_finds_the_queue_full_is_told_at_once()
    {
        var client = new ScriptedClient(_ => Attempt.RefuseAsync());
        await using var story = await StoryAsync(
            client, Settings.TwoTiers().With("Failover:Pools:api:Hold:Max", "1").With("Failover:Pools:api:Hold:Timeout", "100s"));
        using var leaving = new CancellationTokenSource();
        var first = story.Gateway.Client.GetAsync(new Uri("/api/x", UriKind.Relative), leaving.Token);
        await Eventually.EqualAsync(1, () => story.Gateway.Pool.Attempts.Hold.Count);

        using var second = await story.SendAsync("GET");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, second.StatusCode);
        Assert.Equal(1, story.Gateway.Pool.Attempts.Hold.Totals.Refused);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await Eventually.EqualAsync(0, () => story.Gateway.Pool.Attempts.Hold.Count);
    }

    [Fact]
    public async Task With_every_backend_seen_refusing_a_request_waits_before_its_first_attempt()
    {
        var client = new ScriptedClient(AnswerAsync);
        await using var story = await StoryAsync(client);
        foreach (var backend in story.Gateway.Pool.Members.Values)
        {
            backend.Refusing = true;
        }

        var request = story.SendAsync("GET");
        await Eventually.EqualAsync(1, () => story.Gateway.Pool.Attempts.Hold.Count);
        Assert.Empty(client.Attempts);
        story.Gateway.Pool.Members["secondary"].Refusing = false;
        story.Gateway.Pool.Attempts.Hold.Release();
        using var response = await request;

        Assert.Equal(("secondary", "1"), Told(response));
        await story.EndsAsync(RequestEnd.Ok, ("secondary", AttemptEnd.Good));
    }

    [Fact]
    public void The_queue_lets_them_go_in_their_order_and_nobody_waits_for_what_has_happened()
    {
        var queue = new HoldQueue();
        var seen = queue.Releases;
        var order = new List<int>();
        foreach (var number in Enumerable.Range(0, 5))
        {
            _ = queue.TryJoin(10, seen)!.Task.ContinueWith(_ => { lock (order) { order.Add(number); } }, TaskContinuationOptions.ExecuteSynchronously);
        }

        queue.Release();

        Assert.Equal(0, queue.Count);
        Assert.True(queue.TryJoin(10, seen)!.Task.IsCompleted);
        Assert.False(queue.TryJoin(10, queue.Releases)!.Task.IsCompleted);
        Assert.Null(queue.TryJoin(1, queue.Releases));
        Assert.Equal((6, 1), queue.Totals);
    }

    [Theory]
    [InlineData("Safe", "GET", true)]
    [InlineData("Safe", "PUT", false)]
    [InlineData("Safe", "POST", false)]
    [InlineData("None", "GET", false)]
    [InlineData("Any", "POST", true)]
    public async Task A_standby_gets_only_what_the_pool_allows(string standby, string method, bool reaches)
    {
        var client = new ScriptedClient(attempt => attempt.Backend == "primary" ? Attempt.RefuseAsync() : AnswerAsync(attempt));
        await using var story = await StoryAsync(
            client, Settings.TwoTiers().With("Failover:Pools:api:Standby", standby).With("Failover:Pools:api:Hold:Timeout", "10ms"));

        using var response = await story.SendAsync(method);

        Assert.Equal(reaches ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(reaches, client.Tried.Contains("secondary"));
    }

    [Fact]
    public async Task A_held_pools_standby_gets_only_what_the_pool_allows_too()
    {
        var client = new ScriptedClient(AnswerAsync);
        await using var story = await StoryAsync(
            client, Settings.TwoTiers().With("Failover:Pools:api:Standby", "Safe").With("Failover:Pools:api:Hold:Timeout", "10ms"));
        using var held = await story.Gateway.PostAsync("/proxy/pools/api/hold", "{}");
        await story.Gateway.ProbedAsync("primary", passed: false, times: 2);

        using var read = await story.SendAsync("GET");
        using var write = await story.SendAsync("POST", "body");

        Assert.Equal(("secondary", HttpStatusCode.OK), (Told(read).Item1, read.StatusCode));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, write.StatusCode);
        Assert.Equal(["secondary"], client.Tried);
    }

    private static async Task<HttpResponseMessage> AnswerAsync(Attempt attempt)
    {
        var sent = await attempt.SendAsync();
        return await attempt.AnswerAsync(body: sent);
    }
}
