using System.Globalization;
using Gateway.Failover.Attempts;
using Gateway.Failover.Configuration;
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

        return TypedResults.Problem(Detail(status, pool, attempts), statusCode: status, title: Title(status)).ExecuteAsync(context);
    }

    /// <summary>Nobody could take the request: it is not the answer of a gateway that failed, but of one that is full, and trying again is right.</summary>
    public static void NotServed(HttpContext context, Pool pool)
    {
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        var soon = Math.Max(1, (int)Math.Ceiling(pool.Setup.Options.Probe.Interval.TotalSeconds));
        context.Response.Headers.RetryAfter = soon.ToString(CultureInfo.InvariantCulture);
    }

    private static string Detail(int status, Pool pool, AttemptInvoker attempts)
    {
        if (status == StatusCodes.Status508LoopDetected)
        {
            return $"This request has been through this gateway before: a backend of {pool.Id} leads back to it.";
        }

        if (attempts.Made == 0 && attempts.Failures is null)
        {
            return $"Operators have disabled every backend of {pool.Id}.";
        }

        var tried = attempts.Made == 1 ? "1 attempt" : $"{attempts.Made} attempts";
        var fault = $"{attempts.Current?.Id ?? "the backend"}: {attempts.Failures?.Last?.Detail ?? "the request could not be sent"}";
        var options = pool.Setup.Options;
        return attempts.Failures switch
        {
            { NotServed: true } when attempts.Made == 0 => $"No backend of {pool.Id} could take the request within {Duration.Format(options.Hold.Timeout)}.",
            { NotServed: true } => $"No backend of {pool.Id} answered after {tried} ({fault}), and none could take the request within {Duration.Format(options.Hold.Timeout)}.",
            _ => $"No backend of {pool.Id} answered after {tried}: {fault}.",
        } + Besides(attempts, options);
    }

    private static string Besides(AttemptInvoker attempts, PoolOptions options) => attempts switch
    {
        { Failures.OverBudget: true } => " There was no budget for another attempt.",
        { Failures.BodyGone: true } => $" Its body was not kept (more than {options.Attempts.ReplayBytes} bytes, or no room), so it could not be sent again.",
        _ => string.Empty,
    } + (attempts.OutcomeUnknown ? " The request may have been executed." : string.Empty);

    private static string Title(int status) => status switch
    {
        StatusCodes.Status504GatewayTimeout => "No backend answered in time",
        StatusCodes.Status503ServiceUnavailable => "No backend can serve",
        StatusCodes.Status508LoopDetected => "The gateway was reached through itself",
        _ => "No backend could answer",
    };
}
