using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Gateway.Tests.Probing;

/// <summary>A backend on real Kestrel that does what a test says, and keeps what it was asked.</summary>
internal sealed class LocalBackend : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Asked> _asked = new();

    private LocalBackend(WebApplication app) => _app = app;

    public string Address => _app.Urls.First() + "/";

    public IReadOnlyList<Asked> Requests => [.. _asked];

    public RequestDelegate Answer { get; set; } = _ => Task.CompletedTask;

    public static async Task<LocalBackend> StartAsync(RequestDelegate? answer = null, Action<ListenOptions>? listen = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen ?? (_ => { })));
        var backend = new LocalBackend(builder.Build());
        backend.Answer = answer ?? backend.Answer;
        backend._app.Run(context =>
        {
            backend._asked.Enqueue(new Asked(
                context.Request.Path, context.Request.Host.ToString(), context.Connection.Id,
                context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase)));
            return backend.Answer(context);
        });
        await backend._app.StartAsync();
        return backend;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

internal sealed record Asked(string Path, string Host, string Connection, IReadOnlyDictionary<string, string> Headers);
