using Gateway.Failover.Attempts;
using Gateway.Failover.Engine;

namespace Gateway.Failover.Proxying;

/// <summary>Tells a client that got no answer what happened (RFC 9457), and whether its request may have been executed.</summary>
internal static class Problems
{
    public static Task WriteAsync(HttpContext context, Pool pool, AttemptInvoker attempts)
    {
        var status = context.Response.StatusCode;
        if (attempts.OutcomeUnknown)
        {
            context.Response.Headers[FailoverHeaders.Outcome] = "unknown";
        }

        var detail = attempts.Made == 0 ? $"Operators have disabled every backend of {pool.Id}." : Detail(pool, attempts);
        return TypedResults.Problem(detail, statusCode: status, title: Title(status)).ExecuteAsync(context);
    }

    private static string Detail(Pool pool, AttemptInvoker attempts)
    {
        var tried = attempts.Made == 1 ? "1 attempt" : $"{attempts.Made} attempts";
        var unknown = attempts.OutcomeUnknown ? " The request may have been executed, so it was not repeated." : string.Empty;
        return $"No backend of {pool.Id} answered after {tried}: {attempts.Current?.Id ?? "the backend"}: "
            + $"{attempts.LastFault?.Detail ?? "the request could not be sent"}.{unknown}";
    }

    private static string Title(int status) => status switch
    {
        StatusCodes.Status504GatewayTimeout => "No backend answered in time",
        StatusCodes.Status503ServiceUnavailable => "No backend can serve",
        _ => "No backend could answer",
    };
}
