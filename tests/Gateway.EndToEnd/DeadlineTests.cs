using Gateway.EndToEnd.Harness;

namespace Gateway.EndToEnd;

/// <summary>Every request ends by its deadline, whatever the backends do.</summary>
public sealed class DeadlineTests(ITestOutputHelper output) : EndToEndTest(output)
{
    private static readonly string[] Methods = ["GET", "HEAD", "PUT", "POST"];
    private static readonly TimeSpan Drip = TimeSpan.FromMilliseconds(20);

    [Theory]
    [InlineData("are silent")]
    [InlineData("never end their head")]
    [InlineData("say again and again that it takes long")]
    public async Task A_request_that_nobody_answers_ends_by_its_deadline(string fault)
    {
        var answer = fault switch
        {
            "are silent" => RawAnswer.Silence,
            "never end their head" => new RawAnswer("HTTP/1.1 200 Raw\r\nX-Endless: ", RawEnd.KeepOpen) { More = stream => ForEverAsync(stream, "x"u8.ToArray()) },
            _ => RawAnswer.Silence with { More = stream => ForEverAsync(stream, "HTTP/1.1 102 Wait\r\n\r\n"u8.ToArray()) },
        };
        await using var primary = new RawBackend(_ => answer);
        await using var secondary = new RawBackend(_ => answer);
        var gateway = await BetweenAsync(primary.Url, secondary.Url, config =>
        {
            config["Failover:Pools:api:Attempts:Timeout"] = "500ms";
            config["Failover:Pools:api:Attempts:Deadline"] = "2s";
            config["Failover:Pools:api:Hold:Timeout"] = "1s";
        });

        var replies = await Task.WhenAll(Methods.Select(method =>
            RawClient.SendAsync(gateway, method, "/api/data", method, method is "PUT" or "POST" ? "a body" : null)));

        foreach (var (method, reply) in Methods.Zip(replies))
        {
            var seen = $"{method}: {reply.Text}";
            Assert.True(reply is { Status: 504, IsWhole: true }, seen);
            Assert.True(reply.Header("X-Failover-Outcome") == (method is "PUT" or "POST" ? "unknown" : null), seen);
        }

        Assert.Equal((1, 0), (primary.Executions("POST"), secondary.Executions("POST")));
        await Eventually.TrueAsync("nothing is in flight", async () => (await gateway.MetricsAsync()).Sum("gateway_attempts_in_flight") == 0);
        Assert.Equal(Methods.Length, (await gateway.MetricsAsync()).Sum("gateway_requests_total", "outcome=\"failed\""));
    }

    /// <summary>Until the gateway hangs up.</summary>
    private static async Task ForEverAsync(Stream stream, byte[] piece)
    {
        while (true)
        {
            await stream.WriteAsync(piece);
            await Task.Delay(Drip);
        }
    }
}
