namespace Gateway.Host.CommandLine;

/// <summary><c>--check URL</c>: for container images that hold neither curl nor wget.</summary>
internal static class HealthCheck
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);

    public static async Task<int> RunAsync(Uri url)
    {
        using var http = new HttpClient { Timeout = Deadline };
        try
        {
            using var response = await http.GetAsync(url);
            if (response.IsSuccessStatusCode)
            {
                return 0;
            }

            await Console.Error.WriteLineAsync($"{url} answered {(int)response.StatusCode}.");
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            await Console.Error.WriteLineAsync($"{url} did not answer: {e.Message}");
        }

        return 1;
    }
}
