namespace Gateway.Failover.Attempts;

internal static partial class AttemptLog
{
    [LoggerMessage(1801, LogLevel.Error, "Looking at the requests under way failed in an unexpected way; it goes on.")]
    public static partial void WatchFault(ILogger log, Exception error);
}
