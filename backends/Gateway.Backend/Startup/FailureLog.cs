using Gateway.Backends.Faults;

namespace Gateway.Backends.Startup;

internal static partial class FailureLog
{
    /// <summary>Prints what the service itself got wrong. Answers that were broken off on purpose and clients that left
    /// are no failures of it, which is why this stands in for Kestrel's own log.</summary>
    public static void UseFailureLog(this WebApplication app) =>
        app.Use(async (context, next) =>
        {
            try
            {
                await next(context);
            }
            catch (Exception failure) when (failure is not BrokenOffException && !IsGone(context))
            {
                RequestFailed(app.Logger, context.Request.Method, context.Request.Path, failure);
                throw;
            }
        });

    private static bool IsGone(HttpContext context) => context.RequestAborted.IsCancellationRequested;

    [LoggerMessage(1, LogLevel.Error, "{Method} {Path} failed")]
    private static partial void RequestFailed(ILogger logger, string method, string path, Exception failure);
}
