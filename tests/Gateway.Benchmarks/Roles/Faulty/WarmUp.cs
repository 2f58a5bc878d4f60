using Gateway.Benchmarks.Failover.Load;

namespace Gateway.Benchmarks.Roles.Faulty;

/// <summary>Has a backend serve itself for a moment, over several connections, so that its first clients do not wait for the compiler.</summary>
internal static class WarmUp
{
    private const int Clients = 8;
    private const int Requests = 50;

    public static Task RunAsync(int port) => Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => ClientAsync(port)));

    private static async Task ClientAsync(int port)
    {
        using var connection = await Connection.OpenAsync(port, CancellationToken.None);
        for (var number = 0; number < Requests; number++)
        {
            var request = new Request("warm-up", number, IsPost: number % 2 == 0);
            await connection.ExchangeAsync(request.Bytes(port), CancellationToken.None);
        }
    }
}
