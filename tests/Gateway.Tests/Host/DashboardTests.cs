using System.Net;
using Gateway.Host.Dashboard;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Gateway.Tests.Host;

/// <summary>The dashboard, wherever no route of the user's matches.</summary>
public class DashboardTests
{
    [Fact]
    public async Task Without_it_the_page_says_how_to_get_it()
    {
        await using var gateway = await RunningGateway.StartAsync(map: app => app.UseDashboard(Directory.CreateTempSubdirectory().FullName));
        var page = await gateway.Client.GetStringAsync("/");
        Assert.StartsWith("The gateway runs. Its dashboard was not built", page, StringComparison.Ordinal);
        Assert.Contains("npm ci", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_served_with_headers_that_let_nobody_frame_it_and_hashed_files_are_kept_for_ever()
    {
        await using var gateway = await RunningGateway.StartAsync(map: app => app.UseDashboard(Built()));

        using var page = await gateway.Client.GetAsync(new Uri("/", UriKind.Relative));
        using var asset = await gateway.Client.GetAsync(new Uri("/assets/index-1a2b.js", UriKind.Relative));

        Assert.Equal((HttpStatusCode.OK, "text/html", "<html>"), (page.StatusCode, page.Content.Headers.ContentType!.MediaType, await page.Content.ReadAsStringAsync()));
        Assert.Equal("no-cache", page.Headers.CacheControl!.ToString());
        Assert.Contains("frame-ancestors 'none'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Contains("default-src 'self'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal(("nosniff", "no-referrer"), (page.Headers.GetValues("X-Content-Type-Options").Single(), page.Headers.GetValues("Referrer-Policy").Single()));
        Assert.Equal("public, max-age=31536000, immutable", asset.Headers.CacheControl!.ToString());
        Assert.Equal("nosniff", asset.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_catch_all_route_of_the_users_wins_over_it_and_not_over_the_control_surface(bool built)
    {
        var client = new ScriptedClient(attempt => attempt.AnswerAsync());
        var folder = built ? Built() : Directory.CreateTempSubdirectory().FullName;
        await using var gateway = await RunningGateway.StartAsync(
            Settings.TwoTiers().With("ReverseProxy:Routes:api:Match:Path", "/{**everything}"), proxy: client.Use, map: app => app.UseDashboard(folder));

        Assert.Equal("primary", await gateway.Client.GetStringAsync("/"));
        Assert.Equal("primary", await gateway.Client.GetStringAsync("/assets/index-1a2b.js"));
        Assert.Equal("alive\n", await gateway.Client.GetStringAsync("/livez"));
        Assert.Equal("api", Contract.Text((await gateway.GetJsonAsync("/proxy/health")).GetProperty("pools")[0], "id"));
    }

    private static string Built()
    {
        var folder = Directory.CreateTempSubdirectory("gateway-dashboard");
        File.WriteAllText(Path.Combine(folder.FullName, "index.html"), "<html>");
        folder.CreateSubdirectory("assets");
        File.WriteAllText(Path.Combine(folder.FullName, "assets", "index-1a2b.js"), "1");
        return folder.FullName;
    }
}
