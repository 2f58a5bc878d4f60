using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.Failover.Telemetry;

/// <summary>The endpoint that Prometheus scrapes.</summary>
internal static class PrometheusEndpoint
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Maps <c>GET</c> <paramref name="pattern"/> to the registered <see cref="PrometheusCollector"/>, which starts to
    /// listen here if it did not before. A scrape that finds another one under way waits for it, and gets 503 with
    /// <c>Retry-After</c> after a second: then a callback hangs, and a second scrape would hang beside the first.
    /// </summary>
    /// <exception cref="InvalidOperationException">No <see cref="PrometheusCollector"/> is registered.</exception>
    public static IEndpointConventionBuilder MapPrometheus(
        this IEndpointRouteBuilder endpoints, string pattern = "/metrics")
    {
        var collector = endpoints.ServiceProvider.GetRequiredService<PrometheusCollector>();
        return endpoints.MapGet(pattern, context => ScrapeAsync(context, collector)).ExcludeFromDescription();
    }

    // The text goes into the response's own pooled memory and is sent after the collector is free again, so that a
    // slow reader holds up nobody.
    private static async Task ScrapeAsync(HttpContext context, PrometheusCollector collector)
    {
        var response = context.Response;
        response.ContentType = PrometheusText.ContentType;
        response.Headers.CacheControl = "no-store";
        if (await collector.TryWriteAsync(response.BodyWriter, Patience, context.RequestAborted))
        {
            await response.BodyWriter.FlushAsync(context.RequestAborted);
            return;
        }

        response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        response.ContentType = "text/plain; charset=utf-8";
        response.Headers.RetryAfter = "1";
        await response.WriteAsync("Another scrape is still under way.\n", context.RequestAborted);
    }
}
