using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Gateway.Failover.Engine;
using static Gateway.Tests.Attempts.Stories;

namespace Gateway.Tests.Attempts;

/// <summary>One request, its attempts, and what is counted. Invariant 15 is checked after every story.</summary>
public class AttemptInvokerTests
{
    private static readonly string[] Bodiless = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"];

    public static TheoryData<string> RepeatableMethods => [.. Bodiless];

    public static TheoryData<string> AllMethods => [.. Bodiless, "POST", "PATCH", "PROPFIND"];

    [Fact]
    public async Task A_good_first_answer_is_the_answer()
    {
        var client = new ScriptedClient(attempt => attempt.AnswerAsync(201, "made"));
        await using var story = await StoryAsync(client);

        using var response = await story.SendAsync("GET");

        Assert.Equal((HttpStatusCode.Created, "made"), (response.StatusCode, await response.Content.ReadAsStringAsync()));
        Assert.Equal(("primary", "1"), Told(response));
        await story.EndsAsync(RequestEnd.Ok, ("primary", AttemptEnd.Good));
    }

    [Theory]
    [MemberData(nameof(AllMethods))]
    public async Task A_refused_connection_is_tried_elsewhere_whatever_the_method_and_the_body(string method)
    {
        string? sent = null;
        var client = new ScriptedClient(async attempt =>
        {
            if (attempt.Backend == "primary")
            {
                return await Attempt.RefuseAsync();
            }

            sent = await attempt.SendAsync();
            return await attempt.AnswerAsync();
        });
        await using var story = await StoryAsync(client);

        using var response = await story.SendAsync(method, body: method is "POST" or "PUT" ? "the body" : null);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(("secondary", "2"), Told(response));
        Assert.Equal(method is "POST" or "PUT" ? "the body" : string.Empty, sent);
        await story.EndsAsync(RequestEnd.Rescued, ("primary", AttemptEnd.Connect), ("secondary", AttemptEnd.Good));
    }

    /// <summary>
    /// A backend that died with connections waiting to be accepted: .NET asks the new socket for its peer's address, and throws what the socket
    /// throws, as it is. Clients got 502 for it while the standby was idle.
    /// </summary>
    [Theory]
    [MemberData(nameof(AllMethods))]
    public async Task A_connection_reset_as_soon_as_it_was_made_is_tried_elsewhere_whatever_the_method(string method)
    {
        var client = new ScriptedClient(attempt =>
            attempt.Backend == "primary" ? throw new SocketException((int)SocketError.NotConnected) : attempt.AnswerAsync());
        await using var story = await StoryAsync(client);

        using var response = await story.SendAsync(method);

        Assert.Equal(("secondary", "2"), Told(response));
        await story.EndsAsync(RequestEnd.Rescued, ("primary", AttemptEnd.Connect), ("secondary", AttemptEnd.Good));
    }

    [Theory]
    [InlineData("POST", null)]
    [InlineData("POST", "body")]
    [InlineData("PATCH", "body")]
    [InlineData("PROPFIND", null)]
    public async Task What_was_possibly_sent_and_must_not_be_repeated_is_not(string method, string? body)
    {
        var client = new ScriptedClient(attempt => attempt.BreakAsync());
        await using var story = await StoryAsync(client);

        using var response = await story.SendAsync(method, body);

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Equal(["primary"], client.Tried);
        Assert.Equal("unknown", Header(response, "X-Failover-Outcome"));
        await story.EndsAsync(RequestEnd.Failed, ("primary", AttemptEnd.Broken));
    }

    [Theory]
    [MemberData(nameof(RepeatableMethods))]
    public async Task What_may_be_repeated_is_after_a_broken_connection_and_after_a_bad_status(string method)
    {
        var turn = 0;
        var client = new ScriptedClient(attempt => turn++ % 2 == 1 ? attempt.AnswerAsync() : turn == 1 ? attempt.BreakAsync() : attempt.AnswerAsync(503));
        await using var story = await StoryAsync(client);

        using var first = await story.SendAsync(method);
        using var second = await story.SendAsync(method);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (first.StatusCode, second.StatusCode));
        Assert.Equal(["primary", "secondary", "primary", "secondary"], client.Tried);
        await Eventually.EqualAsync(2, () => story.Gateway.Pool.Counters.Read(RequestEnd.Rescued));
    }

    [Theory]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("GET")]
    public async Task A_body_that_was_kept_is_sent_again_byte_for_byte(string method)
    {
        var sent = new List<string>();
        var client = new ScriptedClient(async attempt =>
        {
            sent.Add(await attempt.SendAsync());
            return sent.Count == 1 ? throw new HttpRequestException(HttpRequestError.ResponseEnded, "closed") : await attempt.AnswerAsync();
        });
        await using var story = await StoryAsync(client);

        using var response = await story.SendAsync(method, "the body");

        Assert.Equal(("secondary", "2"), Told(response));
        Assert.Equal(["the body", "the body"], sent);
        await story.EndsAsync(RequestEnd.Rescued, ("primary", AttemptEnd.Broken), ("secondary", AttemptEnd.Good));
    }

    [Fact]
    public async Task A_body_that_is_too_large_to_be_kept_has_one_attempt_and_the_client_is_told()
    {
        var client = new ScriptedClient(attempt => attempt.BreakAsync());
        await using var story = await StoryAsync(client, Settings.TwoTiers().With("Failover:Pools:api:Attempts:ReplayBytes", "4"));

        using var response = await story.SendAsync("PUT", "the body");

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Equal(["primary"], client.Tried);
        Assert.Contains("more than 4 bytes", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("unknown", Header(response, "X-Failover-Outcome"));
    }

    [Theory]
    [InlineData("POST", null, 503)]
    [InlineData("PATCH", "body", 500)]
    [InlineData("GET", null, 403)]
    [InlineData("GET", null, 501)]
    public async Task A_status_is_not_tried_elsewhere_where_that_is_not_allowed_or_it_is_not_listed(string method, string? body, int status)
    {
        var client = new ScriptedClient(attempt => attempt.AnswerAsync(status));
        await using var story = await StoryAsync(client);

        using var response = await story.SendAsync(method, body);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(["primary"], client.Tried);
        Assert.Null(Header(response, "X-Failover-Outcome"));
        var bad = status is 500 or 503;
        await story.EndsAsync(bad ? RequestEnd.Failed : RequestEnd.Ok, ("primary", bad ? AttemptEnd.Status : AttemptEnd.Good));
    }

    [Fact]
    public async Task When_nobody_does_better_the_client_gets_the_first_real_answer()
    {
        var client = new ScriptedClient(attempt => attempt.Backend switch
        {
            "first" => Attempt.RefuseAsync(),
            "second" => attempt.AnswerAsync(503, "second's page"),
            _ => attempt.AnswerAsync(500, "third's page"),
        });
        await using var story = await StoryAsync(client, Many("first", "second", "third"));

        using var response = await story.SendAsync("GET");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "second's page"), (response.StatusCode, await response.Content.ReadAsStringAsync()));
        Assert.Equal(("second", "3"), Told(response));
        await story.EndsAsync(
            RequestEnd.Failed, ("first", AttemptEnd.Connect), ("second", AttemptEnd.Status), ("third", AttemptEnd.Status));
    }

    [Fact]
    public async Task Each_backend_is_tried_once()
    {
        var client = new ScriptedClient(_ => Attempt.RefuseAsync());
        await using var story = await StoryAsync(client, Many("first", "second", "third").With("Failover:Pools:api:Attempts:Max", "10"));

        using var response = await story.SendAsync("GET");

        Assert.Equal(["first", "second", "third"], client.Tried);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        await story.EndsAsync(
            RequestEnd.Failed, ("first", AttemptEnd.Connect), ("second", AttemptEnd.Connect), ("third", AttemptEnd.Connect));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task No_more_attempts_are_made_than_allowed(int most)
    {
        var client = new ScriptedClient(_ => Attempt.RefuseAsync());
        await using var story = await StoryAsync(client, Many("first", "second", "third").With("Failover:Pools:api:Attempts:Max", $"{most}"));

        using var response = await story.SendAsync("POST", "body");

        Assert.Equal(most, client.Attempts.Count);
        Assert.Null(Header(response, "X-Failover-Outcome"));
        await Eventually.EqualAsync(1, () => story.Gateway.Pool.Counters.Read(RequestEnd.Failed));
    }

    [Fact]
    public async Task A_backend_that_fell_meanwhile_is_not_tried()
    {
        RunningGateway gateway = null!;
        var client = new ScriptedClient(async attempt =>
        {
            if (attempt.Backend == "first")
            {
                await gateway.ProbedAsync("second", passed: false, times: 2);
                return await Attempt.RefuseAsync();
            }

            return await attempt.AnswerAsync();
        });
        await using var story = await StoryAsync(client, Many("first", "second", "third"));
        gateway = story.Gateway;

        using var response = await story.SendAsync("GET");

        Assert.Equal(["first", "third"], client.Tried);
    }

    [Fact]
    public async Task A_silent_attempt_is_cut_short_only_where_another_may_follow()
    {
        var client = new ScriptedClient(attempt => attempt.Backend == "primary" ? attempt.HangAsync() : attempt.AnswerAsync());
        await using var story = await StoryAsync(client, Settings.TwoTiers().With("Failover:Pools:api:Attempts:Timeout", "30ms"));

        using var response = await story.SendAsync("GET");

        Assert.Equal(("secondary", "2"), Told(response));
        await story.EndsAsync(RequestEnd.Rescued, ("primary", AttemptEnd.Timeout), ("secondary", AttemptEnd.Good));
    }

    [Theory]
    [InlineData("POST", 3)]
    [InlineData("GET", 1)]
    public async Task Nobody_loses_patience_with_a_request_that_has_no_second_chance(string method, int most)
    {
        var client = new ScriptedClient(async attempt =>
        {
            Assert.False(attempt.Cancel.IsCancellationRequested);
            using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(120));
            var answer = new TaskCompletionSource();
            await using var over = patience.Token.Register(answer.SetResult);
            await answer.Task;
            Assert.False(attempt.Cancel.IsCancellationRequested);
            return await attempt.AnswerAsync();
        });
        await using var story = await StoryAsync(
            client, Settings.TwoTiers().With("Failover:Pools:api:Attempts:Timeout", "10ms").With("Failover:Pools:api:Attempts:Max", $"{most}"));

        using var response = await story.SendAsync(method);

        Assert.Equal((HttpStatusCode.OK, ("primary", "1")), (response.StatusCode, Told(response)));
        await story.EndsAsync(RequestEnd.Ok, ("primary", AttemptEnd.Good));
    }

    [Fact]
    public async Task A_client_that_left_is_no_failure_of_the_backend()
    {
        var arrived = new TaskCompletionSource();
        var client = new ScriptedClient(attempt =>
        {
            arrived.TrySetResult();
            return attempt.HangAsync();
        });
        await using var story = await StoryAsync(client);
        using var leaving = new CancellationTokenSource();

        var request = story.Gateway.Client.GetAsync(new Uri("/api/x", UriKind.Relative), leaving.Token);
        await arrived.Task;
        Assert.Equal(1, story.Gateway.Pool.Members["primary"].InFlight);
        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        await story.EndsAsync(RequestEnd.Aborted, ("primary", AttemptEnd.ClientLeft));
        Assert.Equal(["primary"], client.Tried);
        Assert.Empty(story.Gateway.Get<History>().Events);
    }

    [Fact]
    public async Task A_body_that_breaks_off_at_the_client_is_no_failure_of_the_backend()
    {
        var client = new ScriptedClient(async attempt =>
        {
            await attempt.SendAsync();
            return await attempt.AnswerAsync();
        });
        await using var story = await StoryAsync(client, Settings.TwoTiers().With("Failover:Pools:api:Judging:FailureStreak", "1"));

        // A chunk whose length is no number: Kestrel refuses it while the backend is being sent the rest.
        var answer = await RawAsync(story.Gateway.Address, "POST /api/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\nzz\r\n");

        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
        await story.EndsAsync(RequestEnd.Aborted, ("primary", AttemptEnd.ClientLeft));
        Assert.Empty(story.Gateway.Get<History>().Events);
    }

    private static async Task<string> RawAsync(Uri address, string request)
    {
        using var socket = new System.Net.Sockets.TcpClient();
        await socket.ConnectAsync(address.Host, address.Port);
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(socket.GetStream());
        return await reader.ReadLineAsync() ?? string.Empty;
    }
}
