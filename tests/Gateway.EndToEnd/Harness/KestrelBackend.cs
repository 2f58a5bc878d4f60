using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Gateway.EndToEnd.Harness;

/// <summary>A backend on Kestrel in the test's own process, for what is too much for bare sockets. Its health is always fine and is not noted.</summary>
internal sealed class KestrelBackend : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<string> _requests = new();

    private KestrelBackend(RequestDelegate answer, HttpProtocols protocols)
    {
        var port = Ports.Take();
        Url = new Uri($"http://127.0.0.1:{port}/");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, port, endpoint => endpoint.Protocols = protocols));
        _app = builder.Build();
        _app.UseWebSockets();
        _app.Run(context => context.Request.Path == "/health" ? Task.CompletedTask : NoteAndAnswerAsync(context, answer));
    }

    public Uri Url { get; }

    /// <summary>The ids of the requests that have reached it.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    public static async Task<KestrelBackend> StartAsync(RequestDelegate answer, HttpProtocols protocols = HttpProtocols.Http1)
    {
        var backend = new KestrelBackend(answer, protocols);
        await backend._app.StartAsync();
        return backend;
    }

    /// <summary>How often it got a request of this id.</summary>
    public int Executions(string id) => _requests.Count(request => request == id);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private Task NoteAndAnswerAsync(HttpContext context, RequestDelegate answer)
    {
        _requests.Enqueue(context.Request.Headers["X-Request-Id"].ToString());
        return answer(context);
    }
}
