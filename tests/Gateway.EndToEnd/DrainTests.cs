using System.Net;
using Gateway.EndToEnd.Harness;

namespace Gateway.EndToEnd;

/// <summary>What an operator drains gets nothing new; what is under way there has its time, and no more.</summary>
public sealed class DrainTests(ITestOutputHelper output) : EndToEndTest(output)
{
    [Fact]
    public async Task A_drained_backend_is_done_when_its_last_request_is()
    {
        var (primary, secondary) = await BackendsAsync();
        var gateway = await GatewayAsync(ConfigFor(primary, secondary));
        var gets = Gets(gateway);
        await gets.AnswersComeFromAsync("primary");

        await gateway.CommandAsync("pools/api/backends/primary/drain", new { within = "1m" });
        await gateway.PoolAsync("it is drained in time", pool => pool.Backend("primary").Drained);
        await gets.AnswersComeFromAsync("secondary");
        await gets.StopAsync();

        gets.AssertNothingFailed();
        Assert.Contains("nothing is under way", (await gateway.PoolAsync()).Backend("primary").Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_waits_there_is_ended_when_the_time_is_over()
    {
        var (primary, secondary) = await BackendsAsync();
        var gateway = await GatewayAsync(ConfigFor(primary, secondary).NeverJudges());
        await primary.FailAsync("hang");
        var hanging = gateway.Http.PostAsync("api/data", new StringContent("x"));
        await gateway.PoolAsync("it is under way", pool => pool.Backend("primary").InFlight == 1);

        await gateway.CommandAsync("pools/api/backends/primary/drain", new { within = "500ms" });
        using var ended = await hanging;

        Assert.Equal(HttpStatusCode.GatewayTimeout, ended.StatusCode);
        Assert.Equal(["unknown"], ended.Headers.GetValues("X-Failover-Outcome"));
        var drained = await gateway.PoolAsync("it is drained", pool => pool.Backend("primary").Drained);
        Assert.Contains("its time is over", drained.Backend("primary").Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backend_that_asks_for_it_itself_is_left_without_a_loss_and_returned_to()
    {
        var (primary, secondary) = await BackendsAsync();
        var gateway = await GatewayAsync(ConfigFor(primary, secondary));
        var (gets, posts) = (Gets(gateway), Posts(gateway));
        await gets.AnswersComeFromAsync("primary");

        await primary.FailAsync("drain");
        await gateway.ActiveAsync("secondary");
        await gets.AnswersComeFromAsync("secondary");
        await primary.RecoverAsync();
        await gateway.ActiveAsync("primary");
        await posts.AnswersComeFromAsync("primary");
        await Task.WhenAll(gets.StopAsync(), posts.StopAsync());

        gets.AssertNothingFailed();
        posts.AssertNothingFailed();
        Assert.Equal(["failback", "switchover"], (await gateway.ChangesAsync()).Select(change => change.Kind));
    }

    [Fact]
    public async Task A_time_that_is_none_is_refused_with_what_is_allowed()
    {
        var (primary, secondary) = await BackendsAsync();
        var gateway = await GatewayAsync(ConfigFor(primary, secondary));

        using var response = await gateway.Http.PostAsync("proxy/pools/api/backends/primary/drain", new StringContent("{\"within\":\"soon\"}"));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("within is 'soon'; allowed is", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
