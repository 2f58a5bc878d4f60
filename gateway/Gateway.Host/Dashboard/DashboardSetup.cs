using Microsoft.Extensions.FileProviders;

namespace Gateway.Host.Dashboard;

/// <summary>
/// Serves the built dashboard at <c>/</c>, wherever no route of the user's matches. Without it, <c>/</c> says how to get it.
/// </summary>
internal static class DashboardSetup
{
    private const string Missing = """
        The gateway runs. Its dashboard was not built, because Node.js (20 or later) was not found when the gateway was.

          npm ci --prefix frontend && npm run build --prefix frontend && dotnet build gateway/Gateway.Host

        Without it: curl localhost:8021/proxy/health, curl -N localhost:8021/proxy/events, curl localhost:8021/metrics

        """;

    /// <param name="folder">Where the built dashboard is; by default <c>wwwroot</c> beside the program.</param>
    public static void UseDashboard(this WebApplication app, string? folder = null)
    {
        folder ??= Path.Combine(AppContext.BaseDirectory, "wwwroot");
        if (!File.Exists(Path.Combine(folder, "index.html")))
        {
            app.MapGet("/", () => TypedResults.Text(Missing)).WithOrder(int.MaxValue);
            return;
        }

        // A static file is served only where routing found no endpoint, so a route of the user's always wins.
        app.UseFileServer(new FileServerOptions
        {
            FileProvider = new PhysicalFileProvider(folder),
            StaticFileOptions = { OnPrepareResponse = context => SetHeaders(context.Context) },
        });
    }

    private static void SetHeaders(HttpContext context)
    {
        var headers = context.Response.Headers;
        var hashed = context.Request.Path.StartsWithSegments("/assets");
        headers.CacheControl = hashed ? "public, max-age=31536000, immutable" : "no-cache";
        headers.ContentSecurityPolicy =
            "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self' ws: wss:; frame-ancestors 'none'; base-uri 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
    }
}
