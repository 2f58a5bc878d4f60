namespace Gateway.Backends.Startup;

/// <summary>The <c>--check URL</c> mode: a container image without curl asks itself whether it is well.</summary>
internal static class HealthCheck
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);

    public static async Task<int> RunAsync(Uri url)
    {
        using var client = new HttpClient { Timeout = Deadline };
        try
        {
            using var response = await client.GetAsync(url, HttpCompletionOption.ResponseHeadersRead);
            return (int)response.StatusCode == StatusCodes.Status200OK
                ? 0
                : await Refuse($"{url} answered {(int)response.StatusCode}, not 200.");
        }
        catch (HttpRequestException failure)
        {
            return await Refuse($"{url} could not be reached: {failure.Message}");
        }
        catch (TaskCanceledException)
        {
            return await Refuse($"{url} did not answer within {Deadline.TotalSeconds} s.");
        }
    }

    private static async Task<int> Refuse(string sentence)
    {
        await Console.Error.WriteLineAsync($"Gateway.Backend: {sentence}");
        return 1;
    }
}
