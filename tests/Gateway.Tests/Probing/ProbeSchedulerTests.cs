using System.Collections.Concurrent;
using Gateway.Core;
using Microsoft.AspNetCore.Http;

namespace Gateway.Tests.Probing;

/// <summary>Each backend is probed on its own clock, which is moved a little at a time while the probes go over real sockets.</summary>
public class ProbeSchedulerTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan FastInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan SlowInterval = TimeSpan.FromSeconds(12);

    // With two backends the clock moves for the one while a probe of the other is still on its way.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);
    private readonly FakeTimeProvider _time = new();
    private readonly ConcurrentQueue<TimeSpan> _asked = new();
    private int _status = 200;
    private int _watches;

    [Fact]
    public async Task By_the_interval_while_all_is_well_and_fast_while_in_doubt()
    {
        await using var backend = await LocalBackend.StartAsync(AnswerAsync);
        await using var gateway = await StartAsync(backend.Address);

        await UntilAsync(() => gateway.State("primary").Health == Health.Up);
        var judged = _asked.Count;
        await UntilAsync(() => _asked.Count >= judged + 2);
        Assert.InRange(Between(judged, judged + 1), Interval, Interval + Step);

        _status = 503;
        await UntilAsync(() => gateway.State("primary").Health == Health.Down);
        Assert.InRange(Between(_asked.Count - 2, _asked.Count - 1), FastInterval, FastInterval + Step);
    }

    [Fact]
    public async Task A_hung_backend_delays_nobody_else()
    {
        await using var hung = await LocalBackend.StartAsync(async context =>
        {
            var silence = new TaskCompletionSource();
            await using var end = context.RequestAborted.Register(silence.SetResult);
            await silence.Task;
        });
        await using var well = await LocalBackend.StartAsync(AnswerAsync);
        await using var gateway = await StartAsync(hung.Address, well.Address);

        await UntilAsync(() => gateway.State("secondary").Health == Health.Up && hung.Requests.Count == 1);
        await UntilAsync(() => _asked.Count >= 3);

        Assert.Single(hung.Requests);
        Assert.Equal(Health.Unknown, gateway.State("primary").Health);
    }

    [Fact]
    public async Task A_failed_request_brings_the_next_probe_forward()
    {
        var client = new ScriptedClient(attempt => attempt.AnswerAsync(500));
        await using var backend = await LocalBackend.StartAsync(AnswerAsync);
        await using var gateway = await StartAsync(backend.Address, client: client);
        await UntilAsync(() => gateway.State("primary").Health == Health.Up);
        var judged = _asked.Count;
        await UntilAsync(() => _asked.Count >= judged + 1);

        using var failed = await gateway.PostAsync("/api/x", "{}");
        await gateway.IdleAsync();
        await UntilAsync(() => _asked.Count >= judged + 2);

        Assert.InRange(Between(judged, judged + 1), FastInterval, FastInterval + Step);
    }

    [Fact]
    public async Task Slowly_while_down_and_another_is_up_but_not_once_nobody_is()
    {
        var (primary, secondary) = (new ConcurrentQueue<TimeSpan>(), 200);
        await using var down = await LocalBackend.StartAsync(context =>
        {
            primary.Enqueue(_time.GetElapsedTime(0));
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        });
        await using var up = await LocalBackend.StartAsync(context =>
        {
            context.Response.StatusCode = secondary;
            return Task.CompletedTask;
        });
        await using var gateway = await StartAsync(down.Address, up.Address);
        await UntilAsync(() => gateway.State("primary").Health == Health.Down && gateway.State("secondary").Health == Health.Up);
        var judged = primary.Count;
        await UntilAsync(() => primary.Count >= judged + 2);
        Assert.InRange(primary.ElementAt(judged + 1) - primary.ElementAt(judged), SlowInterval - Slack, SlowInterval + Slack);

        secondary = 503;
        await UntilAsync(() => gateway.Pool.View.State.Exhausted);
        var (before, at) = (primary.Count, _time.GetElapsedTime(0));
        await UntilAsync(() => primary.Count >= before + 2);
        Assert.InRange(primary.ElementAt(before + 1) - at, TimeSpan.Zero, (2 * FastInterval) + Slack);
    }

    [Fact]
    public async Task Who_is_on_its_way_back_is_not_kept_waiting()
    {
        var (asked, status) = (new ConcurrentQueue<TimeSpan>(), 503);
        await using var back = await LocalBackend.StartAsync(context =>
        {
            asked.Enqueue(_time.GetElapsedTime(0));
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        });
        await using var up = await LocalBackend.StartAsync();
        await using var gateway = await StartAsync(back.Address, up.Address);
        await UntilAsync(() => gateway.State("primary").Health == Health.Down && gateway.State("secondary").Health == Health.Up);

        status = 200;
        var judged = asked.Count;
        await UntilAsync(() => gateway.State("primary").Health == Health.Up);

        Assert.Equal(judged + 2, asked.Count);
        Assert.InRange(asked.ElementAt(judged + 1) - asked.ElementAt(judged), Interval - Slack, Interval + Slack);
    }

    [Fact]
    public async Task A_probe_is_late_by_the_gateways_doing_only()
    {
        await using var hung = await LocalBackend.StartAsync(async context =>
        {
            _asked.Enqueue(_time.GetElapsedTime(0));
            var silence = new TaskCompletionSource();
            await using var end = context.RequestAborted.Register(silence.SetResult);
            await silence.Task;
        });
        await using var gateway = await StartAsync(
            hung.Address, change: settings => settings.With("Failover:Pools:api:Probe:Interval", "1s").With("Failover:Pools:api:Probe:Timeout", "3s"));
        await UntilAsync(() => _asked.Count >= 3);

        // Each was silent for two seconds longer than the interval, and the next one began when it ended.
        var metrics = await gateway.Client.GetStringAsync("/metrics");
        Assert.InRange(Figure(metrics, "count"), 3, 4);
        Assert.InRange(Figure(metrics, "sum"), 0, 1);
    }

    [Fact]
    public async Task A_backend_that_drains_is_up_for_people_and_draws_no_waiting_requests()
    {
        var drains = false;
        await using var backend = await LocalBackend.StartAsync(context =>
        {
            _asked.Enqueue(_time.GetElapsedTime(0));
            context.Response.Headers["X-Failover-Drain"] = drains ? "true" : "false";
            context.Response.StatusCode = drains ? 200 : 503;
            return Task.CompletedTask;
        });
        await using var gateway = await StartAsync(backend.Address);
        await UntilAsync(() => gateway.State("primary").Health == Health.Down);
        var revivals = gateway.Pool.Members["primary"].Revivals;

        drains = true;
        await UntilAsync(() => gateway.Pool.Members["primary"].Probe?.Passed == true);

        Assert.Equal(revivals, gateway.Pool.Members["primary"].Revivals);
        Assert.Contains(
            """gateway_probe_duration_seconds_count{backend="primary",pool="api",result="draining"}""", await gateway.Client.GetStringAsync("/metrics"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_is_taken_out_is_not_probed_any_more_and_who_comes_is()
    {
        await using var first = await LocalBackend.StartAsync();
        await using var second = await LocalBackend.StartAsync(AnswerAsync);
        await using var gateway = await StartAsync(first.Address);
        await UntilAsync(() => gateway.State("primary").Health == Health.Up);

        gateway.Settings.Without("ReverseProxy:Clusters:api:Destinations:primary").Without("Failover:Pools:api:Tiers")
            .With("ReverseProxy:Clusters:api:Destinations:newcomer:Address", second.Address)
            .With("Failover:Pools:api:Tiers:0", "newcomer");
        await gateway.ReloadAsync();
        var before = first.Requests.Count;
        await UntilAsync(() => _asked.Count >= 3);

        // One may have been under way when it was taken out.
        Assert.InRange(first.Requests.Count, before, before + 1);
    }

    private Task<RunningGateway> StartAsync(
        string primary, string? secondary = null, ScriptedClient? client = null, Action<Settings>? change = null)
    {
        var settings = (secondary is null ? Alone(primary) : Settings.TwoTiers(primary, secondary))
            .With("Failover:Pools:api:Probe:Interval", "4s").With("Failover:Pools:api:Probe:FastInterval", "200ms")
            .With("Failover:Pools:api:Probe:SlowInterval", "12s")
            .With("Failover:Pools:api:Probe:Timeout", "1m").With("Failover:Pools:api:Probe:Jitter", "0")
            .With("Failover:Pools:api:Probe:Watch", "false").With("Failover:Live:FiguresInterval", "1m");
        change?.Invoke(settings);
        _watches = secondary is null ? 1 : 2;
        return RunningGateway.StartAsync(settings, _time, client is null ? null : client.Use);
    }

    private static double Figure(string metrics, string part)
    {
        var name = $$"""gateway_probe_lateness_seconds_{{part}}{pool="api"} """;
        return double.Parse(metrics.Split('\n').Single(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..]);
    }

    private static Settings Alone(string primary) => Settings.TwoTiers(primary)
        .Without("ReverseProxy:Clusters:api:Destinations:secondary").Without("Failover:Pools:api:Tiers:1");

    private Task AnswerAsync(HttpContext context)
    {
        _asked.Enqueue(_time.GetElapsedTime(0));
        context.Response.StatusCode = _status;
        return Task.CompletedTask;
    }

    private TimeSpan Between(int first, int second) => _asked.ElementAt(second) - _asked.ElementAt(first);

    // The clock moves only while a loop rests: then it has set a timer. So has each connection watch, for it is off; all others are set for a minute.
    private Task UntilAsync(Func<bool> condition) => Eventually.IsTrueAsync(() =>
    {
        if (condition())
        {
            return true;
        }

        if (_time.TimersWithin(Interval) > _watches)
        {
            _time.Advance(Step);
        }

        return false;
    });
}
