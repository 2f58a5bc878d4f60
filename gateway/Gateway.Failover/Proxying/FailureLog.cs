using Gateway.Failover.Attempts;
using Gateway.Failover.Engine;

namespace Gateway.Failover.Proxying;

/// <summary>
/// One line for a request that got no good answer, with its id from the logging scope. In a total outage that could be thousands a second, which
/// would help nobody: a few a second are written, and how many were left out.
/// </summary>
internal sealed partial class FailureLog(TimeProvider time, ILogger<FailureLog> log)
{
    private const int PerSecond = 10;

    private long _second;
    private int _written;
    private int _leftOut;

    public void Failed(HttpContext context, Pool pool, AttemptInvoker attempts)
    {
        var second = time.GetTimestamp() / time.TimestampFrequency;
        if (Interlocked.Exchange(ref _second, second) != second)
        {
            Volatile.Write(ref _written, 0);
            var leftOut = Interlocked.Exchange(ref _leftOut, 0);
            if (leftOut > 0)
            {
                Log.LeftOut(log, leftOut);
            }
        }

        if (Interlocked.Increment(ref _written) > PerSecond)
        {
            Interlocked.Increment(ref _leftOut);
            return;
        }

        Log.Failed(
            log, pool.Id.Value, context.Request.Method, context.Request.Path, context.Response.StatusCode, attempts.Made,
            attempts.Current?.Id ?? "nobody", Why(context, attempts));
    }

    private static string Why(HttpContext context, AttemptInvoker attempts) => (attempts.Failures, attempts.Made) switch
    {
        ({ NotServed: true }, _) => "no backend could take it in time",
        ({ Last: { } fault }, _) => fault.Detail,
        (_, 0) when context.Response.StatusCode == StatusCodes.Status508LoopDetected => "it has been here before",
        (_, 0) => "every backend is disabled",
        _ => "answer broke off",
    };

    private static partial class Log
    {
        [LoggerMessage(1701, LogLevel.Warning, "[{Pool}] {Method} {Path} failed with {Status} at attempt {Attempts}, at {Backend}: {Fault}.")]
        public static partial void Failed(
            ILogger log, string pool, string method, string path, int status, int attempts, string backend, string fault);

        [LoggerMessage(1702, LogLevel.Warning, "{Count} more requests failed in the second before; they were not written one by one.")]
        public static partial void LeftOut(ILogger log, int count);
    }
}
