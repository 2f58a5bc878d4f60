namespace Gateway.Benchmarks.Processes;

/// <summary>Waits for a condition.</summary>
internal static class Until
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <exception cref="BenchmarkException">It did not come about in time.</exception>
    public static async Task TrueAsync(Func<Task<bool>> condition, TimeSpan within, Func<string> otherwise)
    {
        using var deadline = new CancellationTokenSource(within);
        try
        {
            while (!await condition())
            {
                await Task.Delay(Pause, deadline.Token);
            }
        }
        catch (OperationCanceledException)
        {
            throw new BenchmarkException(otherwise());
        }
    }

    public static Task TrueAsync(Func<bool> condition, TimeSpan within, Func<string> otherwise) =>
        TrueAsync(() => Task.FromResult(condition()), within, otherwise);
}
