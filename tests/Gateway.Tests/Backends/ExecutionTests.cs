using System.Globalization;
using Gateway.Backends.Executions;
using Xunit;

namespace Gateway.Tests.Backends;

/// <summary>The evidence of what was executed.</summary>
public class ExecutionTests
{
    [Fact]
    public async Task Work_is_counted_by_method_and_request_and_asking_is_not()
    {
        await using var backend = await RunningBackend.StartAsync();
        await SendAsync(backend, HttpMethod.Get, id: null);
        await SendAsync(backend, HttpMethod.Post, "a");
        await SendAsync(backend, HttpMethod.Post, "a");
        await SendAsync(backend, HttpMethod.Put, "b");
        await backend.GetJsonAsync("/health");

        var all = await backend.GetJsonAsync("/api/executions");
        var one = await backend.GetJsonAsync("/api/executions?id=a");
        var none = await backend.GetJsonAsync("/api/executions?id=c");

        Assert.Equal(
            """{"total":4,"byMethod":{"GET":1,"POST":2,"PUT":1},"byRequest":{"a":2,"b":1}}""", all.GetRawText());
        Assert.Equal("""{"a":2}""", one.GetProperty("byRequest").GetRawText());
        Assert.Equal("""{"c":0}""", none.GetProperty("byRequest").GetRawText());
    }

    [Theory]
    [InlineData("error")]
    [InlineData("reset")]
    [InlineData("truncate")]
    [InlineData("forbidden")]
    public async Task A_request_that_was_answered_badly_counts_all_the_same(string mode)
    {
        await using var backend = await RunningBackend.StartAsync();
        await backend.FailAsync($"mode={mode}");

        // A body keeps the client's own hidden resend out of the count.
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/data") { Content = new StringContent("x") };
        request.Headers.Add("X-Request-Id", "a");
        await Record.ExceptionAsync(() => backend.Client.SendAsync(request));

        var counts = await backend.GetJsonAsync("/api/executions?id=a");
        Assert.Equal("""{"a":1}""", counts.GetProperty("byRequest").GetRawText());
    }

    [Fact]
    public void The_oldest_request_is_forgotten_first_and_the_totals_stay()
    {
        var counts = new ExecutionCounts();
        for (var i = 0; i <= ExecutionCounts.MostRequests; i++)
        {
            counts.Count("GET", i.ToString(CultureInfo.InvariantCulture));
        }

        Assert.Equal(ExecutionCounts.MostRequests, counts.All().ByRequest.Count);
        Assert.Equal(0, counts.One("0").ByRequest["0"]);
        Assert.Equal(1, counts.One("1").ByRequest["1"]);
        Assert.Equal(ExecutionCounts.MostRequests + 1, counts.All().Total);
    }

    [Fact]
    public void Made_up_methods_and_endless_ids_take_no_memory()
    {
        var counts = new ExecutionCounts();
        var endless = new string('x', 5000);
        counts.Count("BREW", endless);
        counts.Count("WHEN", endless);

        Assert.Equal(2, counts.All().ByMethod["OTHER"]);
        Assert.Equal(ExecutionCounts.LongestRequestId, Assert.Single(counts.All().ByRequest).Key.Length);
        Assert.Equal(2, counts.One(endless).ByRequest[endless]);
    }

    private static async Task SendAsync(RunningBackend backend, HttpMethod method, string? id)
    {
        using var request = new HttpRequestMessage(method, "/api/data");
        request.Content = method == HttpMethod.Get ? null : new StringContent("x");
        if (id is not null)
        {
            request.Headers.Add("X-Request-Id", id);
        }

        using var response = await backend.Client.SendAsync(request);
        response.EnsureSuccessStatusCode();
    }
}
