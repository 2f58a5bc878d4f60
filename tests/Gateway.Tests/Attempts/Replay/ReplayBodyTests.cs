using Gateway.Failover.Attempts.Replay;

namespace Gateway.Tests.Attempts.Replay;

public class ReplayBodyTests
{
    private const int Total = 1 << 20;

    private readonly ReplayLimit _all = new(Total);

    [Fact]
    public async Task A_body_streams_to_the_first_attempt_before_it_is_whole()
    {
        var client = new ClientBody();
        using var body = new ReplayBody(client, 100, _all);
        var backend = new BackendStream();
        Assert.False(body.PossiblySent);

        var sending = body.NewContent(default).CopyToAsync(backend);
        Assert.True(body.PossiblySent);
        Assert.Equal(1, backend.Flushes);
        client.Send("one"u8.ToArray());
        await Eventually.EqualAsync(3, () => backend.Seen.Length);
        Assert.False(sending.IsCompleted);
        client.Send("two"u8.ToArray());
        client.End();

        await sending;
        Assert.Equal("onetwo"u8, backend.Seen);
        Assert.True(body.CanReplay);
        Assert.Equal("whole", await client.Consumption);
    }

    [Fact]
    public void The_fields_of_the_content_are_carried_over_as_they_are()
    {
        using var body = new ReplayBody(new ClientBody(7), 100, _all);
        using var content = body.NewContent(default);
        Assert.Equal("text/odd; =", content.Headers.NonValidated["Content-Type"].ToString());
        Assert.Equal(7, content.Headers.ContentLength);
        using var unknown = new ReplayBody(new ClientBody(), 100, _all);
        using var chunked = unknown.NewContent(default);
        Assert.Null(chunked.Headers.ContentLength);
    }

    [Fact]
    public async Task The_next_attempt_gets_what_was_kept_and_then_what_still_comes()
    {
        var client = new ClientBody();
        using var body = new ReplayBody(client, 100, _all);
        client.Send("one"u8.ToArray());
        client.Send("two"u8.ToArray());
        await FailsAsync<IOException>(body, new BackendStream { BreaksAfter = 4 });
        Assert.True(body.CanReplay);
        Assert.False(client.Consumption.IsCompleted);

        var backend = new BackendStream();
        var sending = body.NewContent(default).CopyToAsync(backend);
        await Eventually.EqualAsync(6, () => backend.Seen.Length);
        client.Send("three"u8.ToArray());
        client.End();

        await sending;
        Assert.Equal("onetwothree"u8, backend.Seen);
        Assert.Equal("whole", await client.Consumption);
    }

    [Fact]
    public async Task Between_attempts_the_client_waits()
    {
        var client = new ClientBody();
        using var body = new ReplayBody(client, 100, _all);
        client.Send("one"u8.ToArray());
        await FailsAsync<IOException>(body, new BackendStream { BreaksAfter = 0 });
        client.Send("two"u8.ToArray());
        client.Send("three"u8.ToArray());
        await Eventually.EqualAsync(1, () => client.Unread);

        client.End();
        var backend = new BackendStream();
        await body.NewContent(default).CopyToAsync(backend);
        Assert.Equal("onetwothree"u8, backend.Seen);
    }

    [Fact]
    public async Task A_whole_body_is_sent_again_and_again()
    {
        var client = ClientBody.Of("one"u8.ToArray(), "two"u8.ToArray());
        using var body = new ReplayBody(client, 6, _all);
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var backend = new BackendStream { IsSlow = attempt == 1 };
            await body.NewContent(default).CopyToAsync(backend);
            Assert.Equal("onetwo"u8, backend.Seen);
        }
    }

    [Fact]
    public async Task A_flush_that_breaks_is_the_attempts_failure_only()
    {
        var client = ClientBody.Of("one"u8.ToArray());
        using var body = new ReplayBody(client, 6, _all);
        await FailsAsync<IOException>(body, new BackendStream { BreaksAfter = -1 });
        var backend = new BackendStream();
        await body.NewContent(default).CopyToAsync(backend);
        Assert.Equal("one"u8, backend.Seen);
    }

    [Fact]
    public async Task An_attempt_that_is_cancelled_while_the_client_is_silent_leaves_the_body_to_the_next()
    {
        var client = new ClientBody();
        using var body = new ReplayBody(client, 100, _all);
        client.Send("one"u8.ToArray());
        using var cancel = new CancellationTokenSource();
        var first = body.NewContent(cancel.Token).CopyToAsync(new BackendStream(), cancel.Token);
        await Eventually.EqualAsync(0, () => client.Unread);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);

        var backend = new BackendStream();
        var second = body.NewContent(default).CopyToAsync(backend);
        client.Send("two"u8.ToArray());
        client.End();
        await second;
        Assert.Equal("onetwo"u8, backend.Seen);
    }

    [Fact]
    public async Task A_backend_that_wants_no_more_is_no_cancellation()
    {
        var client = new ClientBody();
        using var body = new ReplayBody(client, 100, _all);
        using var attempt = new CancellationTokenSource();
        using var stop = new CancellationTokenSource();
        var sending = body.NewContent(attempt.Token).CopyToAsync(new BackendStream(), stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => sending);
        Assert.True(body.CanReplay);
    }

    [Fact]
    public async Task An_attempt_that_is_cancelled_in_its_write_leaves_the_body_to_the_next()
    {
        var client = ClientBody.Of("one"u8.ToArray(), "two"u8.ToArray());
        using var body = new ReplayBody(client, 100, _all);
        using var cancel = new CancellationTokenSource();
        var stuck = new BackendStream { WaitsAfter = 3 };
        var first = body.NewContent(cancel.Token).CopyToAsync(stuck, cancel.Token);
        await Eventually.IsTrueAsync(() => stuck.Waits);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);

        var backend = new BackendStream();
        await body.NewContent(default).CopyToAsync(backend);
        Assert.Equal("onetwo"u8, backend.Seen);
        Assert.Equal("one"u8, stuck.Seen);
    }

    [Fact]
    public async Task Detaching_ends_the_old_copy_before_the_next_begins()
    {
        var client = ClientBody.Of("one"u8.ToArray(), "two"u8.ToArray());
        using var body = new ReplayBody(client, 100, _all);
        var stuck = new BackendStream { WaitsAfter = 3 };
        var first = body.NewContent(default).CopyToAsync(stuck);
        await Eventually.IsTrueAsync(() => stuck.Waits);

        await body.DetachAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        var backend = new BackendStream();
        await body.NewContent(default).CopyToAsync(backend);
        Assert.Equal("onetwo"u8, backend.Seen);
    }

    [Fact]
    public async Task An_old_copy_that_will_not_end_does_not_keep_the_next_from_what_is_kept()
    {
        var client = ClientBody.Of("one"u8.ToArray(), "two"u8.ToArray(), "three"u8.ToArray());
        using var body = new ReplayBody(client, 100, _all);
        var stuck = new BackendStream { WaitsAfter = 3, IsDeaf = true };
        var first = body.NewContent(default).CopyToAsync(stuck);
        await Eventually.IsTrueAsync(() => stuck.Waits);

        var backend = new BackendStream();
        var second = body.NewContent(default).CopyToAsync(backend);
        await Eventually.EqualAsync(6, () => backend.Seen.Length);
        stuck.BreakNow();
        await second;
        await Assert.ThrowsAnyAsync<Exception>(() => first);
        Assert.Equal("onetwothree"u8, backend.Seen);
        Assert.Equal("whole", await client.Consumption);
    }

    [Fact]
    public async Task A_client_that_breaks_off_fails_the_attempt_with_its_own_error()
    {
        var client = new ClientBody();
        using var body = new ReplayBody(client, 100, _all);
        client.Send("one"u8.ToArray());
        var broken = new InvalidDataException("The client is gone.");
        var sending = body.NewContent(default).CopyToAsync(new BackendStream());
        client.Break(new IOException("Broken off.", broken));

        var error = await Assert.ThrowsAnyAsync<Exception>(() => sending);
        Assert.Contains(broken, Causes(error));
        Assert.True(body.ClientFailed);
        Assert.False(body.CanReplay);
        Assert.Equal(0, _all.BytesHeld);
        await FailsAsync<IOException>(body, new BackendStream());
    }

    [Fact]
    public async Task A_client_that_breaks_off_between_attempts_fails_the_next()
    {
        var client = new ClientBody();
        using var body = new ReplayBody(client, 100, _all);
        client.Send("one"u8.ToArray());
        await FailsAsync<IOException>(body, new BackendStream { BreaksAfter = 0 });
        client.Break(new IOException("Broken off."));
        await Eventually.IsTrueAsync(() => body.ClientFailed);
        await FailsAsync<IOException>(body, new BackendStream());
    }

    internal static async Task FailsAsync<T>(ReplayBody body, BackendStream backend)
        where T : Exception
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(() => body.NewContent(default).CopyToAsync(backend));
        Assert.Contains(Causes(error), cause => cause is T);
    }

    private static IEnumerable<Exception> Causes(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
        {
            yield return error;
        }
    }
}
