using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http;
using System.Net.Security;
using System.Net.Sockets;
using Gateway.Failover.Proxying;

namespace Gateway.Failover.Probing;

/// <summary>
/// The way that the probes of one backend go: over the connections of its requests, which keeps those of a standby warm; or over its own, where
/// its TLS is to be another. Belongs to one loop, which sends one probe at a time.
/// </summary>
internal sealed class ProbeClient(ClusterClients clients) : IDisposable
{
    private HttpMessageInvoker? _own;
    private Tls? _tls;

    /// <summary>Sends in the version that the request has, or in the cluster's.</summary>
    public Task<HttpResponseMessage> SendAsync(ProbeTarget target, HttpRequestMessage request, bool inOwnVersion, CancellationToken cancel)
    {
        var cluster = target.View.State.Id.Value;
        if (!inOwnVersion)
        {
            clients.SetVersion(cluster, request);
        }

        var tls = Tls.Of(target);
        if (tls != _tls)
        {
            Drop();
            _tls = tls;
        }

        return tls is null ? clients.SendAsIsAsync(cluster, target.Backend, request, cancel) : (_own ??= Make(tls)).SendAsync(request, cancel);
    }

    /// <summary>Gives its own connection up, if it has one: after a failure it may lead to a process that hangs, or to a host that is gone.</summary>
    public void Drop()
    {
        _own?.Dispose();
        _own = null;
    }

    public void Dispose() => Drop();

    // The handler takes the name for TLS from the Host header and from nowhere else, so the handshake is done here.
    private static HttpMessageInvoker Make(Tls tls) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        ConnectCallback = async (context, cancel) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(context.DnsEndPoint, cancel);
                var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
                await stream.AuthenticateAsClientAsync(Options(tls, context.InitialRequestMessage), cancel);
                return stream;
            }
            catch
            {
                // Whatever went wrong is the probe's to tell; the socket is nobody's yet.
                socket.Dispose();
                throw;
            }
        },
    });

    [SuppressMessage("Security", "CA5359", Justification = "AcceptAnyCertificate asks for just that, and for probes only.")]
    private static SslClientAuthenticationOptions Options(Tls tls, HttpRequestMessage request)
    {
        var options = new SslClientAuthenticationOptions { TargetHost = tls.ServerName, ApplicationProtocols = Versions(request) };
        if (tls.AcceptAny)
        {
            options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        }

        return options;
    }

    private static List<SslApplicationProtocol> Versions(HttpRequestMessage request) => (request.Version.Major, request.VersionPolicy) switch
    {
        ( < 2, _) => [SslApplicationProtocol.Http11],
        (_, HttpVersionPolicy.RequestVersionOrLower) => [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
        _ => [SslApplicationProtocol.Http2],
    };

    /// <summary>TLS that is not the backend's own. Another address needs other connections, too.</summary>
    private sealed record Tls(string Authority, string ServerName, bool AcceptAny)
    {
        public static Tls? Of(ProbeTarget target)
        {
            var (url, options) = (target.Address.Probe, target.Options);
            if (url.Scheme != Uri.UriSchemeHttps || (options.ServerName.Length == 0 && !options.AcceptAnyCertificate))
            {
                return null;
            }

            var host = string.IsNullOrEmpty(target.Address.Host) ? url.DnsSafeHost : new Uri($"https://{target.Address.Host}/").DnsSafeHost;
            var name = options.ServerName.Length > 0 ? options.ServerName : host;
            return name.Equals(host, StringComparison.OrdinalIgnoreCase) && !options.AcceptAnyCertificate
                ? null
                : new Tls(url.Authority, name, options.AcceptAnyCertificate);
        }
    }
}
