using Gateway.Failover.Attempts;
using Gateway.Failover.Configuration;
using Gateway.Failover.Engine;
using Gateway.Failover.Incidents;
using Gateway.Failover.Live;
using Gateway.Failover.Operators;
using Gateway.Failover.Probing;
using Gateway.Failover.Proxying;
using Gateway.Failover.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.Metrics;

namespace Gateway.Failover;

/// <summary>Adds failover to a YARP application.</summary>
public static class FailoverSetup
{
    /// <summary>
    /// Makes failover pools of the clusters that the <c>Failover</c> section names. Call it last, after the <c>Load…</c> and <c>Configure…</c>
    /// calls of YARP's builder: what was registered before it is kept and decorated.
    /// </summary>
    /// <param name="builder">YARP's builder.</param>
    /// <param name="section">The section to read; by default <c>Failover</c> of the application's configuration.</param>
    /// <param name="configure">Changes the options after they were read, at the start and at each reload.</param>
    /// <exception cref="ConfigurationRefusedException">Thrown when the routes are mapped, with every error of the configuration.</exception>
    public static IReverseProxyBuilder AddFailover(
        this IReverseProxyBuilder builder, IConfiguration? section = null, Action<FailoverOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics();
        services.AddSingleton(new FailoverSource(section, configure));
        builder.AddGatedConfiguration().AddEngine().AddProbing().AddAttempts().AddTelemetry().AddLive().AddOperators().AddIncidents();
        return builder;
    }

    /// <summary>
    /// Maps the control surface: <c>/proxy/*</c>, <c>/metrics</c>, <c>/livez</c> and <c>/readyz</c>. The routes themselves are mapped by
    /// YARP's own <c>MapReverseProxy()</c>.
    /// </summary>
    public static IEndpointRouteBuilder MapFailover(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        endpoints.MapOperators();
        endpoints.MapIncidents();
        endpoints.MapLive();
        endpoints.MapTelemetry();
        return endpoints;
    }
}
