using System.Net;
using System.Text.Json;
using Gateway.Failover.Engine;

namespace Gateway.Tests.Attempts;

/// <summary>How requests end that do not end well, what clients are told, and what is counted.</summary>
public class AttemptEndTests
{
    [Fact]
    public async Task An_answer_that_breaks_off_is_the_backends_failure_and_counted_once()
    {
        var client = new ScriptedClient(_ => Task.FromResult(new HttpResponseMessage { Content = new StreamContent(new BreakingStream(wholeReads: 100)) }));
        await using var story = await StoryAsync(client);

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => story.SendAsync("GET"));

        Assert.Equal(["primary"], client.Tried);
        await story.EndsAsync(RequestEnd.Failed, ("primary", AttemptEnd.Broken));
    }

    [Fact]
    public async Task An_answer_that_breaks_off_before_a_byte_went_to_the_client_is_a_problem_of_ours()
    {
        var client = new ScriptedClient(_ => Task.FromResult(new HttpResponseMessage { Content = new StreamContent(new BreakingStream(wholeReads: 0)) }));
        await using var story = await StoryAsync(client);

        using var response = await story.SendAsync("GET");

        Assert.Equal((HttpStatusCode.BadGateway, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType!.MediaType));
        await story.EndsAsync(RequestEnd.Failed, ("primary", AttemptEnd.Broken));
    }

    [Fact]
    public async Task A_client_that_leaves_in_the_middle_of_an_answer_is_counted_as_such()
    {
        var client = new ScriptedClient(_ => Task.FromResult(new HttpResponseMessage { Content = new StreamContent(new EndlessStream()) }));
        await using var story = await StoryAsync(client);

        using (var response = await story.Gateway.Client.GetAsync(new Uri("/api/x", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead))
        {
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(1, story.Gateway.Pool.Members["primary"].InFlight);
        }

        await story.EndsAsync(RequestEnd.Aborted, ("primary", AttemptEnd.ClientLeft));
    }

    [Fact]
    public async Task A_handler_that_throws_what_nobody_expects_is_one_failure_too()
    {
        var client = new ScriptedClient(_ => throw new InvalidOperationException("a bug of a user's handler"));
        await using var story = await StoryAsync(client);
        using var response = await story.SendAsync("GET");
        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        await story.EndsAsync(RequestEnd.Failed, ("primary", AttemptEnd.Broken));
    }

    [Fact]
    public async Task What_a_client_forged_is_dropped_and_the_epoch_is_told()
    {
        var client = new ScriptedClient(attempt => attempt.AnswerAsync());
        await using var story = await StoryAsync(client);

        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/x");
        request.Headers.Add("x-failover-epoch", "99;evil");
        request.Headers.Add("X-Failover-Anything", "1");
        request.Headers.Add("X-Other", "kept");
        using var response = await story.Gateway.Client.SendAsync(request);

        var seen = Assert.Single(client.Attempts).Headers;
        Assert.Equal(("1;primary", "kept"), (seen["X-Failover-Epoch"], seen["X-Other"]));
        Assert.DoesNotContain("X-Failover-Anything", seen.Keys);
    }

    [Fact]
    public async Task Clients_are_told_nothing_where_that_is_switched_off()
    {
        var client = new ScriptedClient(attempt => attempt.AnswerAsync());
        await using var story = await StoryAsync(client, Settings.TwoTiers().With("Failover:Pools:api:Attempts:ResponseHeaders", "false"));
        using var response = await story.SendAsync("GET");
        Assert.DoesNotContain(response.Headers, header => header.Key.StartsWith("X-Failover-", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Who_got_no_answer_is_told_what_happened()
    {
        var client = new ScriptedClient(attempt => attempt.BreakAsync());
        await using var story = await StoryAsync(client);

        using var response = await story.SendAsync("POST", "body");
        var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;

        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal((502, "No backend could answer"), (problem.GetProperty("status").GetInt32(), problem.GetProperty("title").GetString()));
        Assert.Equal(
            "No backend of api answered after 1 attempt: primary: connection closed before an answer. The request may have been executed.",
            problem.GetProperty("detail").GetString());
        Assert.Equal("1", Header(response, "X-Failover-Attempts"));
        await Eventually.IsTrueAsync(() => story.Gateway.Log.Has(
            "[api] POST /api/x failed with 502 at attempt 1, at primary: connection closed before an answer."));
    }

    [Fact]
    public async Task Failures_in_a_row_eject_and_a_good_answer_in_between_starts_the_row_anew()
    {
        var bad = true;
        var client = new ScriptedClient(attempt => bad && attempt.Backend == "primary" ? attempt.AnswerAsync(500) : attempt.AnswerAsync());
        await using var story = await StoryAsync(client);

        foreach (var now in new[] { true, true, false, true, true })
        {
            bad = now;
            using var response = await story.SendAsync("GET");
        }

        await story.Gateway.IdleAsync();
        Assert.Equal("primary", story.Gateway.Pool.View.State.Active.Name);

        using var third = await story.SendAsync("GET");
        await Eventually.EqualAsync("secondary", () => story.Gateway.Pool.View.State.Active.Name);
        Assert.True(story.Gateway.State("primary").Ejected);
    }

    private static async Task<Story> StoryAsync(ScriptedClient client, Settings? settings = null) =>
        new(await RunningGateway.StartAsync(settings, proxy: client.Use));

    private static string? Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;
}
