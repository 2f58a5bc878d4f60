namespace Gateway.Failover.Configuration;

internal sealed partial class ConfigGate
{
    private static partial class Log
    {
        [LoggerMessage(1001, LogLevel.Information, "A changed configuration is in force. Pools: {Pools}, routes: {Routes}.")]
        public static partial void Accepted(ILogger log, int pools, int routes);

        [LoggerMessage(1002, LogLevel.Error, "A changed configuration was refused, the old one stays in force. Errors: {Count}. {Errors}")]
        public static partial void Refused(ILogger log, int count, string errors);

        [LoggerMessage(1003, LogLevel.Error, "The changed file {Path} cannot be read, what it said before stays in force. {Error}")]
        public static partial void Broken(ILogger log, string path, string error);

        [LoggerMessage(1004, LogLevel.Warning, "What an operator has changed while the gateway ran has lapsed: {Sentence}")]
        public static partial void Lapsed(ILogger log, string sentence);
    }
}
