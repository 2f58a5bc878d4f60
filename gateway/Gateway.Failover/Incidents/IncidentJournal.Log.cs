namespace Gateway.Failover.Incidents;

internal sealed partial class IncidentJournal
{
    private static partial class Log
    {
        [LoggerMessage(1953, LogLevel.Warning, "The incidents in {Path} have {Count} damaged lines; they were passed over.")]
        public static partial void BadLines(ILogger log, string path, int count);

        [LoggerMessage(1954, LogLevel.Error, "The incidents in {Path} cannot be read; new ones are kept in memory only. {Error}")]
        public static partial void Unreadable(ILogger log, string path, string error);

        [LoggerMessage(1955, LogLevel.Error, "Incidents cannot be written; serving goes on, their reports are in memory only. {Error}")]
        public static partial void Failing(ILogger log, string error);

        [LoggerMessage(1956, LogLevel.Information, "Incidents can be written again.")]
        public static partial void Healed(ILogger log);

        [LoggerMessage(1957, LogLevel.Error, "The incidents could not be written to their end before the gateway stopped.")]
        public static partial void Unfinished(ILogger log);

        [LoggerMessage(1958, LogLevel.Warning, "[{Pool}] incident {Id} is closed. {Sentence}")]
        public static partial void CutShort(ILogger log, string pool, long id, string sentence);
    }
}
