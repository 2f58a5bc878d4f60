using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Gateway.Tests.Attempts.Replay;

/// <summary>A backend on real Kestrel that treats a body well at /good, and badly elsewhere.</summary>
internal sealed class BodyBackend : IAsyncDisposable
{
    private const int BreaksAfter = 150_000;

    private readonly WebApplication _app;

    private BodyBackend(WebApplication app) => _app = app;

    public static async Task<BodyBackend> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
            options.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        var app = builder.Build();
        app.Run(AnswerAsync);
        await app.StartAsync();
        return new BodyBackend(app);
    }

    public string Address(string version) => _app.Urls.ElementAt(version == "2.0" ? 1 : 0);

    private static async Task AnswerAsync(HttpContext context)
    {
        switch (context.Request.Path)
        {
            case "/good":
                await EchoAsync(context);
                break;
            case "/breaks":
                await context.Request.Body.ReadExactlyAsync(new byte[BreaksAfter]);
                context.Abort();
                break;
            case "/silent":
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                break;
            default:
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                break;
        }
    }

    // All is read before anything is answered, as .NET's client reads nothing before all is sent.
    private static async Task EchoAsync(HttpContext context)
    {
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        await context.Response.Body.WriteAsync(body.ToArray());
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
