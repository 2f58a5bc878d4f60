using Yarp.ReverseProxy.Configuration;

namespace Gateway.Failover.Configuration;

/// <summary>
/// <c>GET /proxy/data</c> is a YARP route like any other, so that it is retried, counted and balanced like any other request.
/// </summary>
internal static class DataRoutes
{
    private const string Path = "/proxy/data";

    public static IEnumerable<RouteConfig> For(AcceptedConfig config)
    {
        if (config.DefaultPool is not { } standard)
        {
            yield break;
        }

        yield return Route("failover-data", standard, config.Options, query: null);
        foreach (var pool in config.Pools)
        {
            yield return Route($"failover-data-{pool.Id}", pool.Id, config.Options, new RouteQueryParameter { Name = "pool", Values = [pool.Id] });
        }
    }

    private static RouteConfig Route(string id, string pool, FailoverOptions options, RouteQueryParameter? query) => new()
    {
        RouteId = id,
        ClusterId = pool,
        Match = new RouteMatch { Path = Path, Methods = ["GET"], QueryParameters = query is null ? null : [query] },
        Transforms = [new Dictionary<string, string>(StringComparer.Ordinal) { ["PathSet"] = options.Operators.DataPath }],
    };
}
