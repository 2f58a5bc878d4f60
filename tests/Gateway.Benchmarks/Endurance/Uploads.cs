using System.Diagnostics;

namespace Gateway.Benchmarks.Endurance;

/// <summary>Many large uploads at once.</summary>
internal static class Uploads
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public static async Task<string> RunAsync(Uri proxy, int count)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = proxy, Timeout = Patience };
        var started = Stopwatch.GetTimestamp();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => UploadAsync(http)));
        var counts = outcomes.CountBy(outcome => outcome).Select(outcome => $"{outcome.Value} × {outcome.Key}");
        return $"{string.Join(", ", counts)} in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s";
    }

    private static async Task<string> UploadAsync(HttpClient http)
    {
        try
        {
            using var content = new PacedContent();
            using var answer = await http.PutAsync(new Uri("api/upload", UriKind.Relative), content);
            var swallowed = await answer.Content.ReadAsStringAsync();
            return answer.IsSuccessStatusCode && swallowed != $"{PacedContent.Length}" ? "incomplete" : $"{(int)answer.StatusCode}";
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return e.GetType().Name;
        }
    }
}
