namespace Gateway.Benchmarks.Roles;

/// <summary>
/// The best that YARP can do by itself for a primary and its standby: probes twice a second, live traffic judged, a second for each answer.
/// </summary>
internal static class StockPair
{
    public static Dictionary<string, string?> Settings(string primary, string standby) => new(StringComparer.OrdinalIgnoreCase)
    {
        ["ReverseProxy:Routes:api:ClusterId"] = "api",
        ["ReverseProxy:Routes:api:Match:Path"] = "/api/{**rest}",
        ["ReverseProxy:Clusters:api:Destinations:a-primary:Address"] = primary,
        ["ReverseProxy:Clusters:api:Destinations:b-standby:Address"] = standby,
        ["ReverseProxy:Clusters:api:LoadBalancingPolicy"] = "FirstAlphabetical",
        ["ReverseProxy:Clusters:api:HttpRequest:ActivityTimeout"] = "00:00:01",
        ["ReverseProxy:Clusters:api:HealthCheck:Active:Enabled"] = "true",
        ["ReverseProxy:Clusters:api:HealthCheck:Active:Interval"] = "00:00:00.5",
        ["ReverseProxy:Clusters:api:HealthCheck:Active:Timeout"] = "00:00:01",
        ["ReverseProxy:Clusters:api:HealthCheck:Active:Path"] = "/health",
        ["ReverseProxy:Clusters:api:HealthCheck:Active:Policy"] = "ConsecutiveFailures",
        ["ReverseProxy:Clusters:api:Metadata:ConsecutiveFailuresHealthPolicy.Threshold"] = "2",
        ["ReverseProxy:Clusters:api:HealthCheck:Passive:Enabled"] = "true",
        ["ReverseProxy:Clusters:api:HealthCheck:Passive:Policy"] = "TransportFailureRate",
    };
}
