namespace Gateway.Failover.Configuration;

internal sealed partial class ConfigGate
{
    private static partial class Log
    {
        [LoggerMessage(1001, LogLevel.Information, "A changed configuration is in force: {Pools} pools, {Routes} routes.")]
        public static partial void Accepted(ILogger log, int pools, int routes);

        [LoggerMessage(1002, LogLevel.Error, "A changed configuration was refused, the old one stays in force. {Count} errors: {Errors}")]
        public static partial void Refused(ILogger log, int count, string errors);

    }
}
