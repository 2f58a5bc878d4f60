using System.Net;
using System.Net.Http;
using Gateway.Failover.Attempts.Upstream;
using Gateway.Failover.Engine;
using Yarp.ReverseProxy;

namespace Gateway.Failover.Proxying;

/// <summary>
/// The client with which requests go to a backend: the cluster's TLS settings, its proxy, its version, and the same connections. What asks a backend
/// for its health by another way would judge the way; and a standby's connections are warm when it is needed.
/// </summary>
internal sealed class ClusterClients(IServiceProvider services, BackendClients clients) : IDisposable
{
    // For the moment in which YARP does not know the cluster yet.
    private readonly HttpMessageInvoker _plain = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false });

    public Task<HttpResponseMessage> SendAsync(string clusterId, Backend backend, HttpRequestMessage request, CancellationToken cancel)
    {
        // Resolved late: YARP's state exists only once its routes were mapped, and it needs our services to exist first.
        if (services.GetService<IProxyStateLookup>()?.TryGetCluster(clusterId, out var cluster) != true || cluster is null)
        {
            return _plain.SendAsync(request, cancel);
        }

        request.Version = cluster.Model.Config.HttpRequest?.Version ?? HttpVersion.Version20;
        request.VersionPolicy = cluster.Model.Config.HttpRequest?.VersionPolicy ?? HttpVersionPolicy.RequestVersionOrLower;
        return clients.Of(backend, cluster.Model).SendAsync(request, cancel);
    }

    public void Dispose() => _plain.Dispose();
}
