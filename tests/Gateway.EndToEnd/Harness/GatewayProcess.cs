using System.Net;
using System.Net.Http.Json;

namespace Gateway.EndToEnd.Harness;

/// <summary>The real host in a process of its own, and the questions that a test asks it.</summary>
internal sealed class GatewayProcess : ChildProcess
{
    private GatewayProcess(TestFolder folder, Uri url, string program, IEnumerable<string> arguments)
        : base("gateway", folder.Path, program, arguments)
    {
        Url = url;
        Http = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false }) { BaseAddress = url, Timeout = Eventually.Soon };
    }

    public Uri Url { get; }

    public HttpClient Http { get; }

    /// <summary>Starts it on a free port and waits for nothing.</summary>
    public static GatewayProcess Launch(TestFolder folder, params string[] arguments) => LaunchAt(Ports.Take(), folder, arguments);

    public static GatewayProcess LaunchAt(int port, TestFolder folder, params string[] arguments)
    {
        var url = new Uri($"http://127.0.0.1:{port}/");
        // A shell that runs the tests in the background has them, and all that they start, ignore Ctrl-C; env undoes that and becomes the program.
        return new GatewayProcess(folder, url, "env", ["--default-signal=INT", "dotnet", Programs.Host, "--urls", url.GetLeftPart(UriPartial.Authority), .. arguments]);
    }

    public async Task<PoolReport> PoolAsync()
    {
        if (HasExited)
        {
            throw new InvalidOperationException("The gateway has exited.");
        }

        using var response = await Http.GetAsync("proxy/health");
        return (await response.Content.ReadFromJsonAsync<HealthReport>())!.Pools.Single();
    }

    public async Task<PoolReport> PoolAsync(string what, Func<PoolReport, bool> wanted, TimeSpan? within = null)
    {
        try
        {
            return await Eventually.GetAsync(what, PoolAsync, wanted, within);
        }
        catch (Exception e) when (e is TimeoutException or InvalidOperationException)
        {
            throw new TimeoutException($"{e.Message}\n{Output}\n{Errors}", e);
        }
    }

    /// <summary>Waits until everybody was found up.</summary>
    public Task<PoolReport> AllUpAsync() => PoolAsync("all backends are up", pool => pool.Backends.All(backend => backend.Health == "up"));

    /// <summary>Waits until a backend is the active one.</summary>
    public Task<PoolReport> ActiveAsync(string backend, TimeSpan? within = null) =>
        PoolAsync($"{backend} is active", pool => pool.Active == backend, within);

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<ChangeReport>> ChangesAsync() => (await Http.GetFromJsonAsync<ChangesReport>("proxy/switchovers"))!.Changes;

    /// <summary>Waits until there are so many changes, and all of them have their figures.</summary>
    public Task<IReadOnlyList<ChangeReport>> MeasuredChangesAsync(int count) => Eventually.GetAsync(
        $"{count} measured changes", ChangesAsync, changes => changes.Count == count && changes.All(change => change.Measured));

    public async Task<Metrics> MetricsAsync() => Metrics.Parse(await Http.GetStringAsync("metrics"));

    /// <summary>An operator's command, such as <c>pools/api/hold</c>.</summary>
    public async Task CommandAsync(string command, object? body = null)
    {
        using var response = await Http.PostAsJsonAsync($"proxy/{command}", body ?? new { });
        Assert.True(
            response.StatusCode is HttpStatusCode.Accepted or HttpStatusCode.OK,
            $"{command}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Http.Dispose();
    }
}
