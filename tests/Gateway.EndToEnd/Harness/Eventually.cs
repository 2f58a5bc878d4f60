using System.Diagnostics;

namespace Gateway.EndToEnd.Harness;

/// <summary>Waiting: always for a condition, always with a deadline, and with a sentence that says what was waited for.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Long enough for anything that is meant to happen soon, on a machine that does other things too.</summary>
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    public static Task TrueAsync(string what, Func<bool> condition, TimeSpan? within = null) =>
        GetAsync(what, () => Task.FromResult(condition()), is_ => is_, within);

    public static Task TrueAsync(string what, Func<Task<bool>> condition, TimeSpan? within = null) => GetAsync(what, condition, is_ => is_, within);

    /// <summary>The first value that is wanted; the last unwanted one is shown when none comes.</summary>
    public static async Task<T> GetAsync<T>(string what, Func<Task<T>> read, Func<T, bool> wanted, TimeSpan? within = null)
    {
        var (started, deadline) = (Stopwatch.GetTimestamp(), within ?? Soon);
        while (true)
        {
            var (value, error) = await TryAsync(read);
            if (error is null && wanted(value!))
            {
                return value!;
            }

            if (Stopwatch.GetElapsedTime(started) > deadline)
            {
                throw new TimeoutException($"{what}: not within {deadline.TotalSeconds} s. Last seen: {error?.Message ?? value?.ToString()}");
            }

            await Task.Delay(Pause);
        }
    }

    // Who is asked may not be up yet, or may be down on purpose.
    private static async Task<(T? Value, Exception? Error)> TryAsync<T>(Func<Task<T>> read)
    {
        try
        {
            return (await read(), null);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            return (default, e);
        }
    }
}
