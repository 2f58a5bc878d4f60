using Gateway.Failover.Attempts.Replay;

namespace Gateway.Tests.Attempts.Replay;

public class ReplayLimitTests
{
    private readonly ReplayLimit _all = new(1 << 16);

    [Fact]
    public async Task A_small_body_of_known_length_takes_one_block_of_its_size_until_it_is_disposed()
    {
        var client = ClientBody.Of(new byte[60], new byte[40]);
        var body = new ReplayBody(client, 1_000, _all);
        await body.NewContent(default).CopyToAsync(new BackendStream());
        Assert.Equal(128, _all.BytesHeld);
        body.Dispose();
        body.Dispose();
        Assert.Equal(0, _all.BytesHeld);
        Assert.Equal(0, _all.Overflows);
    }

    [Fact]
    public async Task A_body_that_is_longer_than_said_before_is_never_kept()
    {
        var client = ClientBody.Of(new byte[60], new byte[41]);
        using var body = new ReplayBody(client, 100, _all);
        Assert.False(body.CanReplay);
        Assert.Equal(1, _all.Overflows);
        var backend = new BackendStream();
        await body.NewContent(default).CopyToAsync(backend);
        Assert.Equal(101, backend.Seen.Length);
        Assert.Equal(0, _all.BytesHeld);
    }

    [Fact]
    public async Task Over_its_own_limit_the_copy_is_dropped_at_once_and_the_body_streams_on()
    {
        var client = new ClientBody();
        using var body = new ReplayBody(client, 100, _all);
        var backend = new BackendStream();
        var sending = body.NewContent(default).CopyToAsync(backend);
        client.Send(new byte[100]);
        await Eventually.EqualAsync(100, () => backend.Seen.Length);
        Assert.True(body.CanReplay);
        client.Send(new byte[1]);
        await Eventually.EqualAsync(101, () => backend.Seen.Length);
        Assert.False(body.CanReplay);
        Assert.Equal(0, _all.BytesHeld);
        Assert.Equal(1, _all.Overflows);
        client.End();
        await sending;
    }

    [Fact]
    public async Task Over_the_limit_of_all_together_the_latecomer_is_not_kept()
    {
        var first = new ReplayBody(ClientBody.Of(new byte[60_000]), 100_000, _all);
        using var second = new ReplayBody(ClientBody.Of(new byte[10]), 100_000, _all);
        await first.NewContent(default).CopyToAsync(new BackendStream());
        await second.NewContent(default).CopyToAsync(new BackendStream());
        Assert.True(first.CanReplay);
        Assert.False(second.CanReplay);
        Assert.Equal(1, _all.Overflows);
        first.Dispose();
        Assert.Equal(0, _all.BytesHeld);
    }

    [Fact]
    public async Task A_break_of_a_body_that_is_not_kept_reaches_YARP()
    {
        var client = ClientBody.Of(new byte[60], new byte[60]);
        using var body = new ReplayBody(client, 100, _all);
        await ReplayBodyTests.FailsAsync<IOException>(body, new BackendStream { BreaksAfter = 70 });
        Assert.Equal("backend", await client.Consumption);
        Assert.False(body.ClientFailed);
        await ReplayBodyTests.FailsAsync<IOException>(body, new BackendStream());
    }

    [Fact]
    public async Task A_cancellation_of_a_body_that_is_not_kept_reaches_YARP()
    {
        var client = new ClientBody(200);
        using var body = new ReplayBody(client, 100, _all);
        using var cancel = new CancellationTokenSource();
        var sending = body.NewContent(cancel.Token).CopyToAsync(new BackendStream(), cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        Assert.Equal("client", await client.Consumption);
        Assert.False(body.ClientFailed);
    }

    [Fact]
    public async Task Where_no_further_attempt_follows_the_copy_is_given_back_and_the_sending_goes_on()
    {
        var client = new ClientBody();
        using var body = new ReplayBody(client, 100, _all);
        var backend = new BackendStream();
        var sending = body.NewContent(default).CopyToAsync(backend);
        client.Send(new byte[10]);
        await Eventually.EqualAsync(10, () => backend.Seen.Length);
        body.Settle();
        Assert.Equal(0, _all.BytesHeld);
        Assert.False(body.CanReplay);
        client.Send(new byte[10]);
        client.End();
        await sending;
        Assert.Equal(20, backend.Seen.Length);
        Assert.Equal("whole", await client.Consumption);
    }

    [Fact]
    public async Task Settling_while_an_attempt_catches_up_lets_it_have_all_of_the_copy()
    {
        var client = new ClientBody();
        using var body = new ReplayBody(client, 100, _all);
        client.Send(new byte[10]);
        await ReplayBodyTests.FailsAsync<IOException>(body, new BackendStream { BreaksAfter = 0 });
        var backend = new BackendStream { WaitsAfter = 0 };
        var sending = body.NewContent(default).CopyToAsync(backend);
        await Eventually.IsTrueAsync(() => backend.Waits);
        body.Settle();
        Assert.NotEqual(0, _all.BytesHeld);
        backend.GoOn();
        client.Send(new byte[10]);
        client.End();
        await sending;
        Assert.Equal(20, backend.Seen.Length);
        Assert.Equal(0, _all.BytesHeld);
    }

    [Fact]
    public async Task Abandoning_ends_a_copy_that_waits_for_an_attempt()
    {
        var client = new ClientBody();
        var body = new ReplayBody(client, 100, _all);
        client.Send(new byte[10]);
        await ReplayBodyTests.FailsAsync<IOException>(body, new BackendStream { BreaksAfter = 0 });
        client.Send(new byte[10]);
        await Eventually.EqualAsync(0, () => client.Unread);
        body.Abandon();
        Assert.Equal("backend", await client.Consumption);
        Assert.Equal(0, _all.BytesHeld);
        Assert.False(body.ClientFailed);
    }

    [Fact]
    public async Task Abandoning_ends_a_copy_under_way_in_its_write_as_in_its_read()
    {
        var (reading, writing) = (new ClientBody(), ClientBody.Of(new byte[10]));
        var (silent, stuck) = (new ReplayBody(reading, 100, _all), new ReplayBody(writing, 100, _all));
        var backend = new BackendStream { WaitsAfter = 0 };
        Task[] sendings = [silent.NewContent(default).CopyToAsync(new BackendStream()), stuck.NewContent(default).CopyToAsync(backend)];
        await Eventually.IsTrueAsync(() => backend.Waits);
        silent.Abandon();
        stuck.Abandon();
        Assert.Equal("client", await reading.Consumption);
        Assert.Equal("backend", await writing.Consumption);
        foreach (var sending in sendings)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        }

        Assert.Equal(0, _all.BytesHeld);
    }

    [Fact]
    public void A_body_that_nobody_sent_is_given_up_without_being_read()
    {
        var client = ClientBody.Of(new byte[10]);
        new ReplayBody(client, 100, _all).Dispose();
        Assert.False(client.Started);
    }
}
