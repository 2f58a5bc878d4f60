namespace Gateway.Tests;

/// <summary>Waits for what another thread is about to do.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static async Task IsTrueAsync(Func<bool> condition, Func<string>? otherwise = null)
    {
        using var deadline = new CancellationTokenSource(Patience);
        try
        {
            while (!condition())
            {
                await Task.Delay(2, deadline.Token);
            }
        }
        catch (OperationCanceledException)
        {
            Assert.Fail(otherwise?.Invoke() ?? "It did not happen within its time.");
        }
    }

    /// <summary>Waits for a value; else shows the one that there is.</summary>
    public static async Task EqualAsync<T>(T expected, Func<T> actual) =>
        await IsTrueAsync(() => EqualityComparer<T>.Default.Equals(expected, actual()), () => $"It became {actual()}, not {expected}.");
}
