using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

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

    public static async Task<LocalBackend> StartAsync(RequestDelegate? answer = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var backend = new LocalBackend(builder.Build());
        backend.Answer = answer ?? backend.Answer;
        backend._app.Run(context =>
        {
            backend._asked.Enqueue(new Asked(
                context.Request.Path, context.Request.Host.ToString(),
                context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase)));
            return backend.Answer(context);
        });
        await backend._app.StartAsync();
        return backend;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

internal sealed record Asked(string Path, string Host, IReadOnlyDictionary<string, string> Headers);
