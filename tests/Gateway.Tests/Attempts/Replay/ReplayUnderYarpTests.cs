using System.Collections.Concurrent;
using System.Net;
using Gateway.Failover.Attempts.Replay;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Tests.Attempts.Replay;

/// <summary>YARP's forwarder with an invoker that tries twice: what YARP makes of a body that is sent more than once, and that no request hangs.</summary>
public sealed class ReplayUnderYarpTests : IAsyncLifetime, IDisposable
{
    private const int Length = 300_000;

    private readonly ReplayLimit _all = new(1 << 20);
    private readonly HttpMessageInvoker _inner = new(new SocketsHttpHandler { UseCookies = false });
    private readonly HttpClient _client = new();
    private readonly ConcurrentQueue<ForwarderError> _errors = new();
    private readonly byte[] _bytes = new byte[Length];
    private BodyBackend _backend = null!;
    private WebApplication _proxy = null!;
    private string[] _paths = [];
    private long _limit = Length;

    public async Task InitializeAsync()
    {
        new Random(1).NextBytes(_bytes);
        _backend = await BodyBackend.StartAsync();
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddHttpForwarder();
        _proxy = builder.Build();
        var forwarder = _proxy.Services.GetRequiredService<IHttpForwarder>();
        _proxy.Run(async context =>
        {
            using var invoker = new Attempts(_inner, _paths, _limit, _all);
            _errors.Enqueue(await forwarder.SendAsync(context, _backend.Address("1.1"), invoker));
        });
        await _proxy.StartAsync();
    }

    [Theory]
    [InlineData("/good")]
    [InlineData("/breaks", "/good")]
    [InlineData("/breaks", "/breaks", "/good")]
    public async Task The_client_gets_the_first_good_answer(params string[] paths)
    {
        _paths = paths;
        using var answer = await _client.PutAsync(_proxy.Urls.First(), new ByteArrayContent(_bytes));
        Assert.Equal(_bytes, await answer.Content.ReadAsByteArrayAsync());
        await EndsAsync(ForwarderError.None);
    }

    [Fact]
    public async Task A_request_that_nobody_answers_ends_as_one_that_a_backend_did_not_answer()
    {
        _paths = ["/breaks", "/breaks"];
        using var answer = await _client.PutAsync(_proxy.Urls.First(), new ByteArrayContent(_bytes));
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        await EndsAsync(ForwarderError.Request);
    }

    [Fact]
    public async Task A_body_that_is_not_kept_breaks_as_it_would_without_replay()
    {
        (_paths, _limit) = (["/breaks"], 1_000);
        using var answer = await _client.PutAsync(_proxy.Urls.First(), new ByteArrayContent(_bytes));
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Equal(1, _all.Overflows);
        await Eventually.EqualAsync(1, () => _errors.Count);
        Assert.True(_errors.Single() is ForwarderError.Request or ForwarderError.RequestBodyDestination, _errors.Single().ToString());
    }

    [Fact]
    public async Task A_client_that_leaves_in_mid_body_leaves_nothing_behind()
    {
        _paths = ["/breaks", "/silent"];
        var body = new ClientBody(Length);
        using var leaves = new CancellationTokenSource();
        var sending = _client.PutAsync(_proxy.Urls.First(), body, leaves.Token);
        body.Send(_bytes[..200_000]);
        await Eventually.IsTrueAsync(() => _all.BytesHeld > 0);
        await leaves.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        await Eventually.EqualAsync(1, () => _errors.Count);
        Assert.NotEqual(ForwarderError.None, _errors.Single());
        Assert.Equal(0, _all.BytesHeld);
    }

    private async Task EndsAsync(ForwarderError error)
    {
        await Eventually.EqualAsync(1, () => _errors.Count);
        Assert.Equal(error, _errors.Single());
        Assert.Equal(0, _all.BytesHeld);
    }

    public async Task DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await _backend.DisposeAsync();
    }

    public void Dispose()
    {
        _client.Dispose();
        _inner.Dispose();
    }

    private sealed class Attempts(HttpMessageInvoker client, string[] paths, long limit, ReplayLimit all) : HttpMessageInvoker(new SocketsHttpHandler())
    {
        private ReplayBody? _body;

        public override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            _body = new ReplayBody(request.Content!, limit, all);
            foreach (var path in paths[..^1])
            {
                try
                {
                    return await SendAsync(request, path, cancellationToken);
                }
                catch (HttpRequestException) when (_body.CanReplay)
                {
                    await _body.DetachAsync();
                }
            }

            var answer = await SendAsync(request, paths[^1], cancellationToken);
            _body.Settle();
            return answer;
        }

        private Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, string path, CancellationToken cancel)
        {
            request.RequestUri = new Uri(request.RequestUri!, path);
            request.Content = _body!.NewContent(cancel);
            return client.SendAsync(request, cancel);
        }

        protected override void Dispose(bool disposing)
        {
            _body?.Dispose();
            base.Dispose(disposing);
        }
    }
}
