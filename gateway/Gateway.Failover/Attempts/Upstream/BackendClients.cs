using Gateway.Failover.Engine;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace Gateway.Failover.Attempts.Upstream;

/// <summary>
/// Makes the backends' clients with the application's own factory, so that what it configured with <c>ConfigureHttpClient</c> holds, and drops
/// them when their backend goes down.
/// </summary>
internal sealed class BackendClients(IForwarderHttpClientFactory factory) : IReactor
{
    private readonly Lock _making = new();

    /// <summary>The backend's client under the cluster's present settings.</summary>
    public BackendClient Of(Backend backend, ClusterModel cluster) =>
        backend.Client is { } client && client.IsFor(cluster.HttpClient) && !client.IsRetired ? client : Make(backend, cluster);

    /// <summary>
    /// A connection to a backend that went down is worth nothing: it may lead to a process that hangs, or to a host that is gone and never said so.
    /// Requests under way keep theirs until they end.
    /// </summary>
    public void React(Step step)
    {
        foreach (var record in step.Records)
        {
            if (record.Event is Core.PoolEvent.BackendWentDown down && step.Pool.Members.TryGetValue(down.Backend.Value, out var backend))
            {
                backend.Client?.Retire();
            }
        }
    }

    private BackendClient Make(Backend backend, ClusterModel cluster)
    {
        lock (_making)
        {
            if (backend.Client is { } other && other.IsFor(cluster.HttpClient) && !other.IsRetired)
            {
                return other;
            }

            // Not retired when only the settings changed: requests may wait for one of its connections, and it is garbage when they end.
            var made = new BackendClient(factory.CreateClient(new ForwarderHttpClientContext
            {
                ClusterId = cluster.Config.ClusterId,
                NewConfig = cluster.Config.HttpClient ?? HttpClientConfig.Empty,
                NewMetadata = cluster.Config.Metadata,
                OldConfig = HttpClientConfig.Empty,
            }), cluster.HttpClient);
            backend.Client = made;
            return made;
        }
    }
}
