using Gateway.Benchmarks.Failover.Load;

namespace Gateway.Benchmarks.Roles.Faulty;

/// <summary>Has a backend serve itself a few times, so that its first client does not wait for the compiler.</summary>
internal static class WarmUp
{
    private const int Requests = 40;

    public static async Task RunAsync(int port)
    {
        using var connection = await Connection.OpenAsync(port, CancellationToken.None);
        for (var number = 0; number < Requests; number++)
        {
            var request = new Request("warm-up", number, IsPost: number % 2 == 0);
            await connection.ExchangeAsync(request.Bytes(port), CancellationToken.None);
        }
    }
}
