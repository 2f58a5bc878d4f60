using System.Net;
using System.Text.Json;
using Gateway.Failover.Engine;

namespace Gateway.Tests.Incidents;

/// <summary>What the control surface tells of incidents, as <c>docs/reference/operator-api.md</c> says it.</summary>
public class IncidentApiTests
{
    private static readonly string[] Whole =
    [
        "id", "pool", "kind", "end", "startedAt", "endedAt", "durationMs", "cause", "sentence", "moved", "detectionMs", "failoverMs", "counts", "longestWaitMs",
        "unavailableMs", "latency", "timeline", "findings", "evidence", "evidenceLeftOut",
    ];

    private static readonly string[] Summary = [.. Whole.Except(["moved", "latency", "timeline", "findings", "evidence", "evidenceLeftOut"])];

    private static readonly string[] Reliability =
    [
        "pool", "since", "observedMs", "availability", "unavailableMs", "successRatio", "requests", "failed", "incidents", "failures", "mttrMs", "mtbfMs", "open",
    ];

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Incidents_are_told_newest_first_with_what_they_come_to()
    {
        await using var gateway = await LivedAsync();

        var list = await gateway.GetJsonAsync("/proxy/incidents");
        Contract.HasExactly(["incidents", "reliability"], list);
        var incidents = list.GetProperty("incidents").EnumerateArray().ToList();
        Assert.All(incidents, incident => Contract.HasExactly(Summary, incident));
        Assert.Equal(["2 failover steady", "1 suspicion steady"], incidents.Select(one => $"{one.GetProperty("id")} {Contract.Text(one, "kind")} {Contract.Text(one, "end")}"));
        Contract.HasExactly(Reliability, list.GetProperty("reliability")[0]);
        Assert.Single((await gateway.GetJsonAsync("/proxy/incidents?limit=1&pool=API")).GetProperty("incidents").EnumerateArray());
        Assert.Empty((await gateway.GetJsonAsync("/proxy/incidents?pool=shop")).GetProperty("incidents").EnumerateArray());
    }

    [Fact]
    public async Task One_is_told_whole()
    {
        await using var gateway = await LivedAsync();

        var incident = await gateway.GetJsonAsync("/proxy/incidents/2");

        Contract.HasExactly(Whole, incident);
        Contract.HasExactly(["requests", "failed", "rescued", "hedged", "held"], incident.GetProperty("counts"));
        Contract.HasExactly(["before", "during", "after"], incident.GetProperty("latency"));
        Assert.All(incident.GetProperty("timeline").EnumerateArray(), moment => Contract.HasExactly(["kind", "at", "afterMs", "epoch", "sentence"], moment));
        Assert.All(incident.GetProperty("findings").EnumerateArray(), finding => Contract.HasExactly(["backend", "health", "cause", "sentence"], finding));
        Assert.All(incident.GetProperty("evidence").EnumerateArray(), said => Contract.HasExactly(["at", "kind", "sentence"], said));
        Assert.Equal(
            ["first-signal", "suspicion", "verdict", "steady"], incident.GetProperty("timeline").EnumerateArray().Select(moment => Contract.Text(moment, "kind")));
        var started = incident.GetProperty("startedAt").GetDateTimeOffset();
        Assert.Equal(incident.GetProperty("endedAt").GetDateTimeOffset(), started.AddMilliseconds(incident.GetProperty("durationMs").GetDouble()));
        Assert.Equal(60_001, incident.GetProperty("durationMs").GetDouble());
        Assert.True(gateway.Log.Has("failover [api] incident 2 is over. A failover of api from primary to secondary (epoch 2): "));
        Assert.Contains(gateway.Log.Lines, line => line.Message.StartsWith("[api] incident 1 is over. A suspicion of api: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_that_goes_on_is_told_as_it_is_now()
    {
        await using var gateway = await RunningGateway.StartAsync(time: _time);
        await gateway.ProbedAsync("primary", passed: false);
        _time.Advance(TimeSpan.FromSeconds(3));
        gateway.Pool.Counters.Count(RequestEnd.Failed);

        var incident = await gateway.GetJsonAsync("/proxy/incidents/1");

        Assert.Equal(("open", 3_000.0, 1), (Contract.Text(incident, "end"), incident.GetProperty("durationMs").GetDouble(), incident.GetProperty("counts").GetProperty("failed").GetInt32()));
        Assert.Equal(JsonValueKind.Null, incident.GetProperty("endedAt").ValueKind);
        Assert.Equal(1, (await gateway.GetJsonAsync("/proxy/incidents")).GetProperty("incidents")[0].GetProperty("counts").GetProperty("failed").GetInt32());
        Assert.Contains("gateway_incident_open{pool=\"api\"} 1", await gateway.Client.GetStringAsync("/metrics"), StringComparison.Ordinal);
        Assert.True((await gateway.GetJsonAsync("/proxy/pools/api/reliability")).GetProperty("open").GetBoolean());
    }

    [Theory]
    [InlineData("/proxy/incidents/2.md", "*/*")]
    [InlineData("/proxy/incidents/2", "text/markdown")]
    public async Task As_a_page_it_is_markdown(string path, string accept)
    {
        await using var gateway = await LivedAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative)) { Headers = { { "Accept", accept } } };
        using var response = await gateway.Client.SendAsync(request);

        Assert.Equal("text/markdown; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        var page = await response.Content.ReadAsStringAsync();
        Assert.StartsWith("# Incident 2: failover of api\n\n**Summary.** A failover of api from primary to secondary (epoch 2): ", page, StringComparison.Ordinal);
        Assert.Contains("| verdict, epoch 2 | api moved from primary to secondary", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/proxy/incidents/3", "There is no incident '3'.")]
    [InlineData("/proxy/incidents/3.md", "There is no incident '3'.")]
    [InlineData("/proxy/incidents/-1", "There is no incident '-1'.")]
    [InlineData("/proxy/incidents/99999999999999999999", "There is no incident '99999999999999999999'.")]
    [InlineData("/proxy/incidents/two", "There is no incident 'two'.")]
    [InlineData("/proxy/pools/shop/reliability", "There is no pool 'shop'.")]
    public async Task What_there_is_not_is_404(string path, string detail)
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var response = await gateway.Client.GetAsync(new Uri(path, UriKind.Relative));

        Assert.Equal((HttpStatusCode.NotFound, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType!.MediaType));
        using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal(detail, Contract.Text(problem.RootElement, "detail"));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1001")]
    [InlineData("many")]
    public async Task A_limit_is_a_number_within_its_bounds(string limit)
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var response = await gateway.Client.GetAsync(new Uri($"/proxy/incidents?limit={limit}", UriKind.Relative));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Reliability_is_of_the_time_that_was_observed()
    {
        await using var gateway = await LivedAsync();
        gateway.Pool.Counters.Count(RequestEnd.Failed);
        gateway.Pool.Counters.Count(RequestEnd.Ok);

        var pool = await gateway.GetJsonAsync("/proxy/pools/API/reliability");

        Contract.HasExactly(Reliability, pool);
        Assert.Equal((1.0, 0.5), (pool.GetProperty("availability").GetDouble(), pool.GetProperty("successRatio").GetDouble()));
        Assert.Equal((2, 1, 60_001.0), (pool.GetProperty("incidents").GetInt32(), pool.GetProperty("failures").GetInt32(), pool.GetProperty("mttrMs").GetDouble()));
        Assert.Equal(JsonValueKind.Null, pool.GetProperty("mtbfMs").ValueKind);
        Assert.InRange(pool.GetProperty("observedMs").GetDouble(), 60_001, 75_000);
    }

    [Fact]
    public async Task The_request_with_which_it_began_is_in_it_although_it_is_over_before_anybody_has_judged()
    {
        var client = new ScriptedClient(_ => Attempt.RefuseAsync());
        await using var gateway = await RunningGateway.StartAsync(
            Settings.TwoTiers().With("Failover:Pools:api:Judging:FailureStreak", "1").With("Failover:Pools:api:Hold:Timeout", "0ms"), _time, client.Use);
        await gateway.ProbedAsync("primary", passed: true);
        using var failed = await gateway.PostAsync("/api/x", "{}");
        await gateway.IdleAsync();
        _time.Advance(TimeSpan.FromSeconds(3));

        var incident = await gateway.GetJsonAsync("/proxy/incidents/1");

        Assert.False(failed.IsSuccessStatusCode);
        Assert.Equal(1, incident.GetProperty("counts").GetProperty("failed").GetInt32());
        Assert.Equal(JsonValueKind.Number, incident.GetProperty("longestWaitMs").ValueKind);
        Assert.Contains("last-error", incident.GetProperty("timeline").EnumerateArray().Select(moment => Contract.Text(moment, "kind")));
        Assert.Equal(3_000, incident.GetProperty("unavailableMs").GetDouble());
    }

    [Fact]
    public async Task Metrics_and_names_that_are_markup()
    {
        const string name = "<b>`x`|[y](z)</b>";
        await using var gateway = await RunningGateway.StartAsync(
            Settings.TwoTiers().Without("ReverseProxy:Clusters:api:Destinations:primary").Without("Failover:Pools:api:Tiers")
                .With($"ReverseProxy:Clusters:api:Destinations:{name}:Address", "http://primary.test/")
                .With("Failover:Pools:api:Tiers:0", name).With("Failover:Pools:api:Tiers:1", "secondary"),
            _time);
        await gateway.ProbedAsync(name, passed: false);
        await gateway.ProbedAsync(name, passed: true);

        Assert.Contains("gateway_incidents_total{kind=\"suspicion\",pool=\"api\"} 1", await gateway.Client.GetStringAsync("/metrics"), StringComparison.Ordinal);
        Assert.Contains("gateway_incident_open{pool=\"api\"} 0", await gateway.Client.GetStringAsync("/metrics"), StringComparison.Ordinal);
        var page = await gateway.Client.GetStringAsync("/proxy/incidents/1.md");
        Assert.DoesNotContain("<b>", page, StringComparison.Ordinal);
        Assert.Contains(@"| &lt;b&gt;\`x\`\|\[y\](z)&lt;/b&gt; | suspected | probe-failed |", page, StringComparison.Ordinal);
        Assert.Equal(name, (await gateway.GetJsonAsync("/proxy/incidents/1")).GetProperty("findings")[0].GetProperty("backend").GetString());
    }

    // A suspicion, a second later a failover that nobody asked anything of.
    private async Task<RunningGateway> LivedAsync()
    {
        var gateway = await RunningGateway.StartAsync(time: _time);
        await gateway.ProbedAsync("secondary", passed: true);
        await gateway.ProbedAsync("primary", passed: false);
        await gateway.ProbedAsync("primary", passed: true);
        _time.Advance(TimeSpan.FromSeconds(1));
        await gateway.ProbedAsync("primary", passed: false, times: 2);
        await Eventually.IsTrueAsync(() => _time.HasTimer(TimeSpan.FromMilliseconds(60_001)));
        _time.Advance(TimeSpan.FromMilliseconds(60_001));
        await Eventually.IsTrueAsync(() => gateway.Get<History>().Changes[0].Measured is not null);
        await gateway.IdleAsync();
        return gateway;
    }
}
