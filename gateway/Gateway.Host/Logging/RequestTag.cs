using Serilog.Core;
using Serilog.Events;

namespace Gateway.Host.Logging;

/// <summary>Shows a line's request id where it has one, and nothing where it has none.</summary>
internal sealed class RequestTag : ILogEventEnricher
{
    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        if (logEvent.Properties.TryGetValue("RequestId", out var id) && id is ScalarValue { Value: string text })
        {
            logEvent.AddPropertyIfAbsent(new LogEventProperty("RequestTag", new ScalarValue($" [{text}]")));
        }
    }
}
