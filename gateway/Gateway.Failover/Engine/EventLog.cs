using Gateway.Core;

namespace Gateway.Failover.Engine;

/// <summary>
/// Says in the log what happened. Every line about a change of the active backend contains the word "failover", whatever its kind.
/// </summary>
internal sealed partial class EventLog(ILogger<EventLog> log) : IReactor
{
    public void React(Step step)
    {
        foreach (var record in step.Records)
        {
            Write(record.Pool.Value, record.Event);
        }
    }

    private void Write(string pool, PoolEvent happened)
    {
        switch (happened)
        {
            case PoolEvent.ActiveChanged e:
                Log.Changed(log, pool, e.Kind.ToString().ToLowerInvariant(), e.Epoch.Number, e.Sentence);
                break;
            case PoolEvent.ChangeMeasured e:
                Log.Measured(log, pool, e.Epoch.Number, e.Sentence);
                break;
            case PoolEvent.BackendWentDown or PoolEvent.BackendSuspected:
                Log.Bad(log, pool, happened.Sentence);
                break;
            case PoolEvent.PoolExhausted:
                Log.Exhausted(log, pool, happened.Sentence);
                break;
            default:
                Log.Happened(log, pool, happened.Sentence);
                break;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1201, LogLevel.Warning, "failover [{Pool}] {Kind} to epoch {Epoch}: {Sentence}")]
        public static partial void Changed(ILogger log, string pool, string kind, long epoch, string sentence);

        [LoggerMessage(1202, LogLevel.Information, "failover [{Pool}] epoch {Epoch} measured: {Sentence}")]
        public static partial void Measured(ILogger log, string pool, long epoch, string sentence);

        [LoggerMessage(1203, LogLevel.Warning, "[{Pool}] {Sentence}")]
        public static partial void Bad(ILogger log, string pool, string sentence);

        [LoggerMessage(1204, LogLevel.Error, "[{Pool}] {Sentence}")]
        public static partial void Exhausted(ILogger log, string pool, string sentence);

        [LoggerMessage(1205, LogLevel.Information, "[{Pool}] {Sentence}")]
        public static partial void Happened(ILogger log, string pool, string sentence);
    }
}
