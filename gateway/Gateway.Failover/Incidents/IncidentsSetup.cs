using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Gateway.Failover.Engine;

namespace Gateway.Failover.Incidents;

internal static class IncidentsSetup
{
    private const int MostIncidents = 1_000;
    private const string Page = ".md";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    public static IReverseProxyBuilder AddIncidents(this IReverseProxyBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<IncidentJournal>();
        services.AddSingleton<IncidentReactor>();
        services.AddSingleton<IReactor>(provider => provider.GetRequiredService<IncidentReactor>());
        services.AddSingleton<IncidentMetrics>();
        services.AddHostedService<IncidentScheduler>();
        return builder;
    }

    public static void MapIncidents(this IEndpointRouteBuilder endpoints)
    {
        endpoints.ServiceProvider.GetRequiredService<IncidentMetrics>();
        endpoints.MapGet("/proxy/incidents", Incidents);
        endpoints.MapGet("/proxy/incidents/{id}", One);
        endpoints.MapGet("/proxy/pools/{pool}/reliability", OfPool);
    }

    private static IResult Incidents(IncidentReactor incidents, PoolDirectory pools, string? pool, string? limit)
    {
        var count = 50;
        if (limit is not null
            && (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out count) || count is < 1 or > MostIncidents))
        {
            return TypedResults.Problem($"limit is '{limit}'; allowed is 1 to {MostIncidents}.", statusCode: StatusCodes.Status400BadRequest);
        }

        bool Wanted(string name) => pool is null || name.Equals(pool, StringComparison.OrdinalIgnoreCase);
        return TypedResults.Json(
            new
            {
                incidents = incidents.Newest.Where(incident => Wanted(incident.Pool)).Take(count).Select(IncidentSummary.Of),
                reliability = pools.Ordered.Where(one => Wanted(one.Id.Value)).Select(one => ReliabilityReport.Of(incidents.Of(one))),
            },
            Json);
    }

    private static IResult One(HttpContext context, IncidentReactor incidents, string id)
    {
        var isPage = id.EndsWith(Page, StringComparison.OrdinalIgnoreCase);
        var number = isPage ? id[..^Page.Length] : id;
        if (!long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) || incidents.Find(parsed) is not { } incident)
        {
            return TypedResults.Problem($"There is no incident '{number}'.", statusCode: StatusCodes.Status404NotFound, title: "Not found");
        }

        var wantsPage = context.Request.GetTypedHeaders().Accept.Any(accepted => accepted.MediaType == "text/markdown");
        return isPage || wantsPage
            ? TypedResults.Text(IncidentPage.Write(incident), "text/markdown; charset=utf-8")
            : TypedResults.Json(incident, Json);
    }

    private static IResult OfPool(IncidentReactor incidents, PoolDirectory pools, string pool) => pools.Find(pool) is { } found
        ? TypedResults.Json(ReliabilityReport.Of(incidents.Of(found)), Json)
        : TypedResults.Problem($"There is no pool '{pool}'.", statusCode: StatusCodes.Status404NotFound, title: "Not found");
}
