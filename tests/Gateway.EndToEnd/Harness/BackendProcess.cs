using System.Net.Http.Json;

namespace Gateway.EndToEnd.Harness;

/// <summary>A real demo backend. It may die and be started again on its port, as a service is by whoever supervises it.</summary>
internal sealed class BackendProcess : IAsyncDisposable
{
    private readonly TestFolder _folder;
    private readonly HttpClient _http;
    private ChildProcess _process;

    private BackendProcess(TestFolder folder, string name, int port)
    {
        (_folder, Name, Port) = (folder, name, port);
        _http = new HttpClient { BaseAddress = Url, Timeout = Eventually.Soon };
        _process = Launch();
    }

    public string Name { get; }

    public int Port { get; }

    public Uri Url => new($"http://127.0.0.1:{Port}/");

    public int Id => _process.Id;

    public static async Task<BackendProcess> StartAsync(TestFolder folder, string name)
    {
        var backend = new BackendProcess(folder, name, Ports.Take());
        await backend._process.SaysAsync("listens on");
        return backend;
    }

    public void Send(Signal signal) => _process.Send(signal);

    public Task KillAsync() => _process.KillAsync();

    public async Task RestartAsync()
    {
        await _process.DisposeAsync();
        _process = Launch();
        await _process.SaysAsync("listens on");
    }

    /// <summary>Tells the backend itself to misbehave, past the gateway.</summary>
    public async Task FailAsync(string mode) => (await _http.PostAsync($"fail?mode={mode}", content: null)).EnsureSuccessStatusCode();

    public async Task RecoverAsync() => (await _http.PostAsync("recover", content: null)).EnsureSuccessStatusCode();

    /// <summary>What it has really executed since it was started.</summary>
    public async Task<Executions> ExecutionsAsync() => (await _http.GetFromJsonAsync<Executions>("api/executions"))!;

    /// <summary>How often it has executed one request.</summary>
    public async Task<long> ExecutionsAsync(string requestId) =>
        (await _http.GetFromJsonAsync<Executions>($"api/executions?id={requestId}"))!.ByRequest[requestId];

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _http.Dispose();
    }

    private ChildProcess Launch() => new(
        Name, _folder.Path, "dotnet", [Programs.Backend, "--name", Name, "--port", $"{Port}", "--exit-with-stdin"]);
}

internal sealed record Executions(long Total, Dictionary<string, long> ByMethod, Dictionary<string, long> ByRequest)
{
    public long Of(string requestId) => ByRequest.GetValueOrDefault(requestId);
}
