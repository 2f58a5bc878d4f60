using System.Net;
using Gateway.Failover.Attempts.Replay;

namespace Gateway.Tests.Attempts.Replay;

/// <summary>The same with .NET's own client and server, which have their own ideas about when a body is copied, cancelled and given up.</summary>
public sealed class ReplayOverSocketsTests : IAsyncLifetime, IDisposable
{
    private const int Length = 300_000;

    private readonly ReplayLimit _all = new(1 << 20);
    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler { UseCookies = false });
    private readonly byte[] _bytes = new byte[Length];
    private BodyBackend _backend = null!;

    public async Task InitializeAsync()
    {
        new Random(1).NextBytes(_bytes);
        _backend = await BodyBackend.StartAsync();
    }

    [Theory]
    [InlineData("1.1", true)]
    [InlineData("1.1", false)]
    [InlineData("2.0", true)]
    [InlineData("2.0", false)]
    public async Task What_one_backend_broke_off_another_gets_whole(string version, bool knowsLength)
    {
        var client = new ClientBody(knowsLength ? Length : null);
        using var body = new ReplayBody(client, Length, _all);
        client.Send(_bytes[..100_000]);
        client.Send(_bytes[100_000..200_000]);
        var first = SendAsync("breaks", version, body);
        await Eventually.EqualAsync(0, () => client.Unread);
        client.Send(_bytes[200_000..]);
        client.End();
        await Assert.ThrowsAsync<HttpRequestException>(() => first);

        Assert.True(body.CanReplay);
        await IsGoodAsync(await SendAsync("good", version, body));
        Assert.Equal("whole", await client.Consumption);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task An_attempt_cut_short_while_the_client_is_sending_leaves_the_body_to_the_next(string version)
    {
        var client = new ClientBody(Length);
        using var body = new ReplayBody(client, Length, _all);
        client.Send(_bytes[..100_000]);
        using var cut = new CancellationTokenSource();
        var first = SendAsync("silent", version, body, cut.Token);
        await Eventually.IsTrueAsync(() => body.PossiblySent && client.Unread == 0);
        await cut.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);

        var second = SendAsync("good", version, body);
        client.Send(_bytes[100_000..]);
        client.End();
        await IsGoodAsync(await second);
        Assert.Equal("whole", await client.Consumption);
    }

    [Fact]
    public async Task An_answer_before_the_body_is_whole_can_be_turned_down()
    {
        var client = new ClientBody(Length);
        using var body = new ReplayBody(client, Length, _all);
        client.Send(_bytes[..100_000]);
        using (var early = await SendAsync("early", "2.0", body))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, early.StatusCode);
            await body.DetachAsync();
        }

        var second = SendAsync("good", "2.0", body);
        client.Send(_bytes[100_000..]);
        client.End();
        await IsGoodAsync(await second);
    }

    [Fact]
    public async Task An_answer_before_the_body_is_whole_can_be_taken()
    {
        var client = new ClientBody(Length);
        using var body = new ReplayBody(client, Length, _all);
        client.Send(_bytes[..100_000]);
        using var early = await SendAsync("early", "2.0", body);
        body.Settle();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, early.StatusCode);
        client.Send(_bytes[100_000..]);
        client.End();
        Assert.NotNull(await client.Consumption);
        Assert.Equal(0, _all.BytesHeld);
    }

    private async Task<HttpResponseMessage> SendAsync(string path, string version, ReplayBody body, CancellationToken cancel = default)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"{_backend.Address(version)}/{path}")
        {
            Version = new Version(version),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = body.NewContent(cancel),
        };
        return await _client.SendAsync(request, cancel);
    }

    private async Task IsGoodAsync(HttpResponseMessage answer)
    {
        using (answer)
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(_bytes, await answer.Content.ReadAsByteArrayAsync());
        }
    }

    public async Task DisposeAsync() => await _backend.DisposeAsync();

    public void Dispose() => _client.Dispose();
}
