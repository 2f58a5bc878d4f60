using System.Net;
using Gateway.Failover.Configuration;

namespace Gateway.Failover.Operators;

/// <summary>
/// Who may change something: a client on loopback or in a trusted network, and, when the call comes out of a browser, only from a page of
/// this gateway or of an allowed origin. Browsers let any page send such calls and open WebSockets; the <c>Origin</c> field is what tells. A gateway that is
/// reached by a name other than <c>localhost</c> has to be told its own origin.
/// </summary>
internal static class AccessRules
{
    /// <summary>Refuses calls that come out of pages of strangers.</summary>
    public static TBuilder OnlyFromKnownOrigins<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.Guard(ForeignOrigin);

    /// <summary>Refuses calls from networks that are not trusted, and out of pages of strangers.</summary>
    public static TBuilder OnlyFromOperators<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.Guard((context, options) => ForeignOrigin(context, options) ?? ForeignNetwork(context, options));

    private static TBuilder Guard<TBuilder>(this TBuilder endpoint, Func<HttpContext, OperatorOptions, string?> objection)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoint.Add(builder =>
        {
            var next = builder.RequestDelegate!;
            builder.RequestDelegate = context =>
            {
                var options = context.RequestServices.GetRequiredService<ConfigGate>().Current.Options.Operators;
                return objection(context, options) is { } refused
                    ? TypedResults.Problem(refused, statusCode: StatusCodes.Status403Forbidden, title: "Not allowed").ExecuteAsync(context)
                    : next(context);
            };
        });
        return endpoint;
    }

    private static string? ForeignOrigin(HttpContext context, OperatorOptions options)
    {
        var origin = context.Request.Headers.Origin.ToString();
        if (origin.Length == 0 || options.AllowedOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase))
        {
            return null;
        }

        var own = Uri.TryCreate(origin, UriKind.Absolute, out var page)
            && IsOwnName(page)
            && page.Authority.Equals(Authority(context.Request, page), StringComparison.OrdinalIgnoreCase);
        return own ? null : "The call comes out of a page of another origin; list that origin in Failover:Operators:AllowedOrigins if it is wanted.";
    }

    // Any other name may be a stranger's that was made to point here (DNS rebinding): his page and this gateway would then have one name.
    private static bool IsOwnName(Uri page) =>
        page.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6 || page.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase);

    // Both without the port that the scheme implies.
    private static string Authority(HttpRequest request, Uri page) =>
        Uri.TryCreate($"{page.Scheme}://{request.Host}", UriKind.Absolute, out var self) ? self.Authority : string.Empty;

    private static string? ForeignNetwork(HttpContext context, OperatorOptions options)
    {
        // Without an address the call comes from inside the process or over a Unix socket.
        var from = context.Connection.RemoteIpAddress;
        if (from is null || IPAddress.IsLoopback(from))
        {
            return null;
        }

        from = from.IsIPv4MappedToIPv6 ? from.MapToIPv4() : from;
        return IPAddress.IsLoopback(from) || options.TrustedNetworks.Any(network => IPNetwork.Parse(network).Contains(from))
            ? null
            : $"Changes are accepted from loopback and from Failover:Operators:TrustedNetworks; {from} is in neither.";
    }
}
