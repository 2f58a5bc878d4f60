using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gateway.Failover.Configuration;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Gateway.Tests.Probing;

/// <summary>TLS of the probes' own, against a certificate that nobody has signed but itself.</summary>
public sealed class TlsProbeTests : IDisposable
{
    private readonly ProbeBench _bench = new();
    private readonly X509Certificate2 _certificate = SelfSigned();
    private readonly ConcurrentQueue<string?> _names = new();

    public void Dispose()
    {
        _bench.Dispose();
        _certificate.Dispose();
    }

    [Fact]
    public async Task A_certificate_that_nobody_trusts_fails()
    {
        await using var backend = await StartAsync();
        Assert.Equal("TLS failed", await _bench.FaultAsync(backend.Address));

        _bench.Options.ServerName = "own.example";
        Assert.Equal("TLS failed", await _bench.FaultAsync(backend.Address));
        Assert.Empty(backend.Requests);
    }

    [Theory]
    [InlineData("", "", "")]
    [InlineData("host.example:81", "", "host.example")]
    [InlineData("host.example", "own.example", "own.example")]
    [InlineData("", "own.example", "own.example")]
    public async Task Any_certificate_may_be_taken_and_the_name_is_the_hosts_or_its_own(string host, string serverName, string asked)
    {
        await using var backend = await StartAsync();
        (_bench.Options.AcceptAnyCertificate, _bench.Options.Host, _bench.Options.ServerName) = (true, host, serverName);

        Assert.Null(await _bench.FaultAsync(backend.Address));

        Assert.Equal(asked, Assert.Single(_names));
        Assert.Equal(host.Length > 0 ? host : new Uri(backend.Address).Authority, Assert.Single(backend.Requests).Host);
    }

    [Fact]
    public async Task Its_scheme_may_be_another_than_the_destinations()
    {
        await using var backend = await StartAsync();
        (_bench.Options.AcceptAnyCertificate, _bench.Options.Scheme) = (true, ProbeScheme.Https);
        Assert.Null(await _bench.FaultAsync(backend.Address.Replace("https", "http", StringComparison.Ordinal)));

        await using var plain = await LocalBackend.StartAsync();
        _bench.Options.Scheme = ProbeScheme.Http;
        Assert.Null(await _bench.FaultAsync(plain.Address.Replace("http", "https", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Its_own_connection_is_kept_until_the_setup_changes()
    {
        var closed = new ConcurrentDictionary<string, CancellationToken>();
        await using var backend = await StartAsync(context =>
        {
            closed[context.Connection.Id] = context.Features.GetRequiredFeature<IConnectionLifetimeFeature>().ConnectionClosed;
            return Task.CompletedTask;
        });
        _bench.Options.AcceptAnyCertificate = true;
        Assert.Null(await _bench.FaultAsync(backend.Address));
        Assert.Null(await _bench.FaultAsync(backend.Address));
        var first = Assert.Single(closed).Key;

        _bench.Options.ServerName = "other.example";
        Assert.Null(await _bench.FaultAsync(backend.Address));

        Assert.Equal(2, closed.Count);
        await Eventually.IsTrueAsync(() => closed[first].IsCancellationRequested);
        Assert.Single(closed.Values, token => !token.IsCancellationRequested);

        // What its loop does when the backend leaves.
        _bench.Client.Dispose();
        await Eventually.IsTrueAsync(() => closed.Values.All(token => token.IsCancellationRequested));
    }

    [Fact]
    public async Task After_silence_the_next_probe_connects_anew()
    {
        var asked = new TaskCompletionSource();
        await using var backend = await StartAsync(context =>
        {
            if (asked.TrySetResult())
            {
                var silence = new TaskCompletionSource();
                context.RequestAborted.Register(silence.SetResult);
                return silence.Task;
            }

            return Task.CompletedTask;
        }, HttpProtocols.Http2);
        (_bench.Options.AcceptAnyCertificate, _bench.Options.Kind) = (true, ProbeKind.Grpc);
        var silent = _bench.FaultAsync(backend.Address);
        await asked.Task;
        _bench.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("no answer within 1000 ms", await silent);

        Assert.Equal("answered 200, but does not speak gRPC", await _bench.FaultAsync(backend.Address));
        Assert.Equal(2, backend.Requests.Select(request => request.Connection).Distinct().Count());
    }

    private Task<LocalBackend> StartAsync(RequestDelegate? answer = null, HttpProtocols protocols = HttpProtocols.Http1AndHttp2) =>
        LocalBackend.StartAsync(answer, listen =>
        {
            listen.Protocols = protocols;
            listen.UseHttps(https => https.ServerCertificateSelector = (_, name) =>
            {
                _names.Enqueue(name);
                return _certificate;
            });
        });

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=own.example", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("own.example");
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch, new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
    }
}
