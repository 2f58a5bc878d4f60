namespace Gateway.Failover.Engine;

internal sealed partial class Journal
{
    private static partial class Log
    {
        [LoggerMessage(1301, LogLevel.Warning, "The journal {Path} has {Count} damaged lines; they were passed over.")]
        public static partial void BadLines(ILogger log, string path, int count);

        [LoggerMessage(1302, LogLevel.Error, "The journal {Path} cannot be read; events are kept in memory only. {Error}")]
        public static partial void Unreadable(ILogger log, string path, string error);

        [LoggerMessage(1303, LogLevel.Error, "The journal cannot be written; serving goes on, events are lost. {Error}")]
        public static partial void Failing(ILogger log, string error);

        [LoggerMessage(1304, LogLevel.Information, "The journal can be written again.")]
        public static partial void Healed(ILogger log);

        [LoggerMessage(1305, LogLevel.Information, "The journal reached its bound and was rewritten with its latest {Count} events.")]
        public static partial void Rewritten(ILogger log, int count);

        [LoggerMessage(1306, LogLevel.Error, "The journal could not be written to its end before the gateway stopped.")]
        public static partial void Unfinished(ILogger log);
    }
}
