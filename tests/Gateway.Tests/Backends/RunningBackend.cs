using System.Net.Http.Json;
using System.Text.Json;
using Gateway.Backends.Startup;
using Microsoft.AspNetCore.Builder;

namespace Gateway.Tests.Backends;

/// <summary>A backend in this process, on real Kestrel and a port of its own: a test server has no connection to
/// reset.</summary>
internal sealed class RunningBackend : IAsyncDisposable
{
    private readonly WebApplication app;

    private RunningBackend(WebApplication app)
    {
        this.app = app;
        Address = new Uri(app.Urls.First());
        Client = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(20) };
    }

    public Uri Address { get; }

    public HttpClient Client { get; }

    public static async Task<RunningBackend> StartAsync(string name = "primary")
    {
        var options = new BackendOptions(name, Role: name, Bind: "127.0.0.1", Port: 0, ExitWithStdin: false);
        var built = Gateway.Backends.Program.Build(options, TimeProvider.System);
        await built.StartAsync();
        return new RunningBackend(built);
    }

    public async Task<JsonElement> GetJsonAsync(string path) => await Client.GetFromJsonAsync<JsonElement>(path);

    public async Task FailAsync(string query)
    {
        using var answer = await Client.PostAsync($"/fail?{query}", content: null);
        answer.EnsureSuccessStatusCode();
    }

    public async Task RecoverAsync()
    {
        using var answer = await Client.PostAsync("/recover", content: null);
        answer.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.DisposeAsync();
    }
}
