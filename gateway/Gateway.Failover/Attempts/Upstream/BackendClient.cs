using System.Net.Http;

namespace Gateway.Failover.Attempts.Upstream;

/// <summary>
/// The one way to a backend: send this, and say what came back. Each backend has a client, and so a connection pool, of its own, so that
/// the connections to one that went down can be dropped without touching another's.
/// </summary>
/// <param name="origin">The client that YARP made for the cluster. When YARP makes another, the cluster's settings are others, and so shall ours be.</param>
internal sealed class BackendClient(HttpMessageInvoker invoker, HttpMessageInvoker origin)
{
    private int _retired;

    /// <summary>Its connections were dropped; what it refuses to send from now on was not sent.</summary>
    public bool IsRetired => Volatile.Read(ref _retired) == 1;

    public bool IsFor(HttpMessageInvoker cluster) => ReferenceEquals(cluster, origin);

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancel) => invoker.SendAsync(request, cancel);

    /// <summary>Closes the idle connections now, and each busy one when its request is over.</summary>
    public void Retire()
    {
        if (Interlocked.Exchange(ref _retired, 1) == 0)
        {
            invoker.Dispose();
        }
    }
}
