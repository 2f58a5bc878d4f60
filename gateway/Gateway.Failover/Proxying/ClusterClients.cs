using System.Net;
using System.Net.Http;
using Gateway.Failover.Attempts.Upstream;
using Gateway.Failover.Engine;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;

namespace Gateway.Failover.Proxying;

/// <summary>
/// The client with which requests go to a backend: the cluster's TLS settings, its proxy, its version, and the same connections. What asks a backend
/// for its health by another way would judge the way; and a standby's connections are warm when it is needed.
/// </summary>
internal sealed class ClusterClients(IServiceProvider services, BackendClients clients) : IDisposable
{
    // For the moment in which YARP does not know the cluster yet.
    private readonly HttpMessageInvoker _plain = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false });

    /// <summary>Sends as requests are sent, in the cluster's version of HTTP.</summary>
    public Task<HttpResponseMessage> SendAsync(string clusterId, Backend backend, HttpRequestMessage request, CancellationToken cancel)
    {
        SetVersion(clusterId, request);
        return SendAsIsAsync(clusterId, backend, request, cancel);
    }

    /// <summary>Sends over the backend's own connections, in the version of HTTP that the request has.</summary>
    public Task<HttpResponseMessage> SendAsIsAsync(string clusterId, Backend backend, HttpRequestMessage request, CancellationToken cancel) =>
        Find(clusterId) is { } cluster ? clients.Of(backend, cluster.Model).SendAsync(request, cancel) : _plain.SendAsync(request, cancel);

    /// <summary>Gives a request the version of HTTP in which the cluster is asked.</summary>
    public void SetVersion(string clusterId, HttpRequestMessage request)
    {
        if (Find(clusterId) is { } cluster)
        {
            request.Version = cluster.Model.Config.HttpRequest?.Version ?? HttpVersion.Version20;
            request.VersionPolicy = cluster.Model.Config.HttpRequest?.VersionPolicy ?? HttpVersionPolicy.RequestVersionOrLower;
        }
    }

    // Resolved late: YARP's state exists only once its routes were mapped, and it needs our services to exist first.
    private ClusterState? Find(string clusterId) =>
        services.GetService<IProxyStateLookup>()?.TryGetCluster(clusterId, out var cluster) == true ? cluster : null;

    public void Dispose() => _plain.Dispose();
}
