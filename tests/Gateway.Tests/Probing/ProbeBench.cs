using Gateway.Core;
using Gateway.Failover.Attempts.Upstream;
using Gateway.Failover.Configuration;
using Gateway.Failover.Engine;
using Gateway.Failover.Probing;
using Gateway.Failover.Proxying;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Tests.Probing;

/// <summary>Sends single probes over real sockets, as a loop would. Its clock stands still unless a test moves it.</summary>
internal sealed class ProbeBench : IDisposable
{
    private static readonly PoolView View = new(
        PoolState.Create(new PoolDefinition(new PoolId("api"), [new Tier([new BackendId("primary")])], PoolTuning.Default), default), awaited: null, new PoolOptions());

    private readonly ClusterClients _clients = new(new ServiceCollection().BuildServiceProvider(), new BackendClients(new ForwarderHttpClientFactory()));
    private readonly Backend _backend = new("primary");
    private readonly TimedProbe _probe;

    public ProbeBench()
    {
        Client = new ProbeClient(_clients);
        _probe = new TimedProbe(Time);
    }

    public FakeTimeProvider Time { get; } = new();

    public ProbeClient Client { get; }

    public ProbeOptions Options { get; } = new();

    public Task<(ProbeOutcome Outcome, TimeSpan Took)> SendAsync(DestinationConfig destination, CancellationToken cancel = default) => _probe.SendAsync(
        new ProbeTarget(_backend, BackendAddress.From(destination, new PoolOptions { Probe = Options }), Options, View), Client, cancel);

    /// <summary>One probe; what was wrong, or null when it passed.</summary>
    public async Task<string?> FaultAsync(string address)
    {
        var (outcome, _) = await SendAsync(new DestinationConfig { Address = address });
        return outcome is ProbeOutcome.Draining draining ? $"draining: {draining.Detail}" : (outcome as ProbeOutcome.Failed)?.Fault.Detail;
    }

    public void Dispose()
    {
        Client.Dispose();
        _clients.Dispose();
    }
}
