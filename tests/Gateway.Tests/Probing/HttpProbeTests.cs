using Gateway.Core;
using Gateway.Failover.Configuration;
using Gateway.Failover.Attempts.Upstream;
using Gateway.Failover.Engine;
using Gateway.Failover.Probing;
using Gateway.Failover.Proxying;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Tests.Probing;

public sealed class HttpProbeTests : IDisposable
{
    private static readonly PoolView View = new(
        PoolState.Create(new PoolDefinition(new PoolId("api"), [new Tier([new BackendId("primary")])], PoolTuning.Default), default), awaited: null, new PoolOptions());

    private readonly FakeTimeProvider _time = new();
    private readonly HttpProbe _probe;

    private readonly ClusterClients _clients = new(new ServiceCollection().BuildServiceProvider(), new BackendClients(new ForwarderHttpClientFactory()));

    public HttpProbeTests() => _probe = new HttpProbe(_clients, _time);

    public void Dispose() => _clients.Dispose();

    [Theory]
    [InlineData(200, null)]
    [InlineData(204, null)]
    [InlineData(302, "answered 302")]
    [InlineData(404, "answered 404")]
    [InlineData(503, "answered 503")]
    public async Task Only_a_2xx_passes_and_a_redirect_is_not_followed(int status, string? fault)
    {
        await using var backend = await LocalBackend.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = "/elsewhere";
            return Task.CompletedTask;
        });

        Assert.Equal(fault, await FaultAsync(backend.Address + "health"));
        Assert.Single(backend.Requests);
    }

    [Fact]
    public async Task It_tells_the_epoch_who_asks_and_the_backends_own_host()
    {
        await using var backend = await LocalBackend.StartAsync();
        await _probe.SendAsync(new Backend("primary"), new Uri(backend.Address + "health"), "own.example", View, TimeSpan.FromSeconds(1), CancellationToken.None);

        var asked = Assert.Single(backend.Requests);
        Assert.Equal(("/health", "own.example"), (asked.Path, asked.Host));
        Assert.Equal(("1;primary", "gateway-probe"), (asked.Headers["X-Failover-Epoch"], asked.Headers["User-Agent"]));
    }

    [Fact]
    public async Task Who_refuses_fails_at_once() => Assert.Equal("connection refused", await FaultAsync("http://127.0.0.1:1/health"));

    [Fact]
    public async Task Who_closes_without_an_answer_fails()
    {
        await using var backend = await LocalBackend.StartAsync(context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        Assert.NotNull(await FaultAsync(backend.Address));
    }

    [Fact]
    public async Task Silence_fails_after_the_timeout_and_not_before()
    {
        var asked = new TaskCompletionSource();
        await using var backend = await LocalBackend.StartAsync(context =>
        {
            asked.SetResult();
            var silence = new TaskCompletionSource();
            context.RequestAborted.Register(silence.SetResult);
            return silence.Task;
        });
        var probe = _probe.SendAsync(new Backend("primary"), new Uri(backend.Address), host: null, View, TimeSpan.FromSeconds(1), CancellationToken.None);
        await asked.Task;

        _time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.False(probe.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        var (outcome, took) = await probe;
        Assert.Equal(new Fault(FaultKind.Timeout, "no answer within 1000 ms"), Assert.IsType<ProbeOutcome.Failed>(outcome).Fault);
        Assert.Equal(TimeSpan.FromSeconds(1), took);
    }

    private async Task<string?> FaultAsync(string address)
    {
        var (outcome, _) = await _probe.SendAsync(new Backend("primary"), new Uri(address), host: null, View, TimeSpan.FromSeconds(1), CancellationToken.None);
        return (outcome as ProbeOutcome.Failed)?.Fault.Detail;
    }
}
