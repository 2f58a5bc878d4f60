namespace Gateway.Failover.Live;

/// <summary>Lets the live feed hear what is logged.</summary>
[ProviderAlias("LiveFeed")]
internal sealed class FeedLoggerProvider(LogRing ring, TimeProvider time) : ILoggerProvider, ISupportExternalScope
{
    private const int LongestMessage = 4_096;

    private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

    /// <summary>A line was logged. Set once the feed exists; the feed itself may log while it is made.</summary>
    public Action<LogLine>? Heard { get; set; }

    /// <summary>The lowest level that is of interest.</summary>
    public LogLevel Lowest { get; set; } = LogLevel.Information;

    public ILogger CreateLogger(string categoryName) => new FeedLogger(this, categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public void Dispose()
    {
    }

    private void Add(LogLevel level, string category, string message, Exception? error)
    {
        var text = error is null ? message : $"{message} {error.GetType().Name}: {error.Message}";
        var line = ring.Add(
            time.GetUtcNow(), Name(level), category, text.Length > LongestMessage ? text[..LongestMessage] + "…" : text, RequestId());
        Heard?.Invoke(line);
    }

    private string? RequestId()
    {
        string? found = null;
        _scopes.ForEachScope(
            (scope, _) =>
            {
                if (scope is IEnumerable<KeyValuePair<string, object?>> values)
                {
                    found ??= values.FirstOrDefault(value => value.Key == "RequestId").Value as string;
                }
            },
            (object?)null);
        return found;
    }

    private static string Name(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        _ => "error",
    };

    private sealed class FeedLogger(FeedLoggerProvider feed, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => feed._scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => logLevel >= feed.Lowest && logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                feed.Add(logLevel, category, formatter(state, exception), exception);
            }
        }
    }
}
