namespace Gateway.Failover.Engine;

internal sealed partial class FailoverEngine
{
    private static partial class Log
    {
        [LoggerMessage(1101, LogLevel.Information, "Pool {Pool} starts on {Active} at epoch {Epoch}. {Sentence}")]
        public static partial void Serving(ILogger log, string pool, string active, long epoch, string sentence);

        [LoggerMessage(1102, LogLevel.Error, "Handling a {Letter} failed; the pool stays as it was.")]
        public static partial void Fault(ILogger log, Exception error, string letter);

        [LoggerMessage(1103, LogLevel.Error, "{Reactor} failed to react to a step; the others were told, and the verdict stands.")]
        public static partial void ReactorFault(ILogger log, Exception error, string reactor);
    }
}
