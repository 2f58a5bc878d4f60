using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Gateway.Core;
using Gateway.Failover;
using Gateway.Failover.Configuration;
using Gateway.Failover.Engine;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gateway.Tests;

/// <summary>
/// A YARP application with failover, on real Kestrel and a port of its own. It lies in one thing: a test may say from which address
/// its calls come.
/// </summary>
internal sealed class RunningGateway : IAsyncDisposable
{
    private readonly WebApplication _app;

    private readonly FakeTimeProvider? _time;

    private RunningGateway(WebApplication app, Settings settings, LogSink log, FakeTimeProvider? time)
    {
        _app = app;
        _time = time;
        Settings = settings;
        Log = log;
    }

    public Settings Settings { get; }

    public LogSink Log { get; }

    public Uri Address { get; private set; } = null!;

    public HttpClient Client { get; private set; } = null!;

    /// <summary>Where the calls of the test seem to come from.</summary>
    public IPAddress? RemoteAddress { get; set; }

    public IServiceProvider Services => _app.Services;

    /// <summary>All that is mapped, YARP's routes included.</summary>
    public IEnumerable<RouteEndpoint> Endpoints =>
        ((IEndpointRouteBuilder)_app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>();

    public Pool Pool => Get<PoolDirectory>().Find("api")!;

    public Inbox Inbox => Get<Inbox>();

    public static async Task<RunningGateway> StartAsync(
        Settings? settings = null, TimeProvider? time = null, Action<IReverseProxyBuilder>? proxy = null, Action<WebApplication>? map = null,
        Action<FailoverOptions>? configure = null)
    {
        var gateway = Build(settings, time, proxy, map, configure);
        await gateway._app.StartAsync();
        gateway.Address = new Uri(gateway._app.Urls.First());
        gateway.Client = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false })
        {
            BaseAddress = gateway.Address,
            Timeout = TimeSpan.FromSeconds(30),
        };
        return gateway;
    }

    /// <summary>Everything is made and mapped, nothing runs.</summary>
    public static RunningGateway Build(
        Settings? settings = null, TimeProvider? time = null, Action<IReverseProxyBuilder>? proxy = null, Action<WebApplication>? map = null,
        Action<FailoverOptions>? configure = null)
    {
        settings ??= Settings.TwoTiers();
        var log = new LogSink();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Configuration.Sources.Add(settings);
        builder.Services.AddRouting();
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.Logging.AddProvider(log).SetMinimumLevel(LogLevel.Information);
        var yarp = builder.Services.AddReverseProxy().LoadFromConfig(builder.Configuration.GetSection("ReverseProxy"));
        proxy?.Invoke(yarp);
        yarp.AddFailover(configure: configure);
        var app = builder.Build();
        var gateway = new RunningGateway(app, settings, log, time as FakeTimeProvider);
        app.Use((context, next) =>
        {
            context.Connection.RemoteIpAddress = gateway.RemoteAddress ?? context.Connection.RemoteIpAddress;
            return next(context);
        });
        app.UseRouting();
        map?.Invoke(app);
        app.MapReverseProxy();
        app.MapFailover();
        return gateway;
    }

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    /// <summary>A probe of a backend has ended; waits until the engine has judged it.</summary>
    public async Task ProbedAsync(string backend, bool passed, int times = 1)
    {
        for (var time = 0; time < times; time++)
        {
            Inbox.ProbeCompleted(Pool, new BackendId(backend), passed
                ? ProbeOutcome.Passed.Instance
                : new ProbeOutcome.Failed(new Fault(FaultKind.Connect, "connection refused")));
        }

        await IdleAsync();
    }

    /// <summary>Waits until the engine has dealt with all that was given to it before.</summary>
    public async Task IdleAsync() => await Inbox.ReconfigureAsync(Get<ConfigGate>().Current, CancellationToken.None);

    /// <summary>Tells the gateway of changed settings; waits until they are in force or refused.</summary>
    public async Task ReloadAsync()
    {
        var gate = Get<ConfigGate>();
        var (before, refused) = (gate.Current, gate.Refused);
        Settings.Announce();
        _time?.Advance(TimeSpan.FromMilliseconds(150));
        await Eventually.IsTrueAsync(() => gate.Current != before || gate.Refused > refused, () => "The gate did not notice.");
        await IdleAsync();
    }

    public BackendState State(string backend) => Pool.View.State.Backends[new BackendId(backend)];

    public async Task<JsonElement> GetJsonAsync(string path)
    {
        using var response = await Client.GetAsync(new Uri(path, UriKind.Relative));
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    public async Task<HttpResponseMessage> PostAsync(string path, string? json = null) => await Client.PostAsync(
        new Uri(path, UriKind.Relative), json is null ? null : new StringContent(json, System.Text.Encoding.UTF8, "application/json"));

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        await _app.DisposeAsync();
    }
}

/// <summary>Keeps what was logged, from <c>Information</c> on.</summary>
internal sealed class LogSink : ILoggerProvider
{
    private readonly ConcurrentQueue<(LogLevel Level, string Category, string Message)> _lines = new();

    public IEnumerable<(LogLevel Level, string Category, string Message)> Lines => _lines;

    public bool Has(string part) => _lines.Any(line => line.Message.Contains(part, StringComparison.Ordinal));

    public ILogger CreateLogger(string categoryName) => new Sink(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Sink(LogSink sink, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            sink._lines.Enqueue((logLevel, category, formatter(state, exception) + (exception is null ? string.Empty : $" {exception}")));
    }
}
