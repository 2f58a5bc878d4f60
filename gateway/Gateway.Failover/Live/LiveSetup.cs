using Gateway.Failover.Configuration;
using Gateway.Failover.Engine;
using Gateway.Failover.Operators;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Gateway.Failover.Live;

internal static class LiveSetup
{
    public static IReverseProxyBuilder AddLive(this IReverseProxyBuilder builder)
    {
        var services = builder.Services;
        services.AddSignalR();
        services.AddSingleton<LogRing>();
        services.AddSingleton<FiguresRing>();
        services.AddSingleton<Reporter>();
        services.AddSingleton<LiveFeed>();
        services.AddSingleton<IReactor>(provider => provider.GetRequiredService<LiveFeed>());
        services.AddHostedService<FiguresScheduler>();
        services.AddSingleton<FeedLoggerProvider>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ILoggerProvider, FeedLoggerProvider>(
            provider => provider.GetRequiredService<FeedLoggerProvider>()));
        // What the framework logs of every single request is neither news nor free.
        services.AddLogging(logging => logging
            .AddFilter<FeedLoggerProvider>("Microsoft", LogLevel.Warning)
            .AddFilter<FeedLoggerProvider>("Yarp", LogLevel.Warning)
            .AddFilter<FeedLoggerProvider>("System.Net.Http", LogLevel.Warning));
        return builder;
    }

    public static void MapLive(this IEndpointRouteBuilder endpoints)
    {
        var services = endpoints.ServiceProvider;
        var (feed, provider, options) = (
            services.GetRequiredService<LiveFeed>(), services.GetRequiredService<FeedLoggerProvider>(),
            services.GetRequiredService<ConfigGate>().Current.Options.Live);
        services.GetRequiredService<LogRing>().Limit = options.LogLines;
        provider.Lowest = options.LogLevel;
        provider.Heard = line => feed.Publish(new FeedMessage.Log(line));

        endpoints.MapHub<LiveHub>("/proxy/live").OnlyFromKnownOrigins();
        endpoints.MapGet("/proxy/events", EventStream.Open).OnlyFromKnownOrigins();
        var logs = endpoints.CreateApplicationBuilder().UseWebSockets();
        logs.Run(context => LogSocket.ServeAsync(context, feed));
        endpoints.Map("/proxy/logs", logs.Build()).OnlyFromKnownOrigins();
    }
}
