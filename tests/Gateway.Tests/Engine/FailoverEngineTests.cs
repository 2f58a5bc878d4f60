using Gateway.Core;
using Gateway.Failover.Configuration;
using Gateway.Failover.Engine;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.Tests.Engine;

/// <summary>The one loop: inputs in, views and reactors' steps out.</summary>
public class FailoverEngineTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly Listener _listener = new();

    [Fact]
    public async Task An_input_becomes_a_view_a_history_and_a_step_for_the_reactors()
    {
        await using var gateway = await StartAsync();

        await gateway.ProbedAsync("secondary", passed: true);
        await gateway.ProbedAsync("primary", passed: false, times: 2);

        var view = gateway.Pool.View;
        Assert.Equal(("secondary", 2L), (view.State.Active.Name, view.State.Epoch.Number));
        Assert.Equal(["secondary"], view.Serving.ToArray());
        Assert.Equal("2;secondary", view.EpochHeader);
        Assert.Equal(
            ["BackendCameUp", "BackendSuspected", "BackendWentDown", "ActiveChanged"],
            gateway.Get<History>().Events.Select(record => record.Event.GetType().Name));
        Assert.Equal([1L, 2, 3, 4], gateway.Get<History>().Events.Select(record => record.Sequence));
        var last = _listener.Steps[^1];
        Assert.Same(gateway.Pool, last.Pool);
        Assert.Equal([3L, 4], last.Records.Select(record => record.Sequence));
        Assert.Equal((1L, 2L), (last.Before.Epoch.Number, last.After.Epoch.Number));
        Assert.True(gateway.Log.Has("failover [api] failover to epoch 2: api moved from primary to secondary: primary is down"));
    }

    [Fact]
    public async Task What_decides_nothing_reaches_no_reactor()
    {
        await using var gateway = await StartAsync();
        await gateway.ProbedAsync("primary", passed: true);
        var steps = _listener.Steps.Count;

        await gateway.ProbedAsync("primary", passed: true, times: 5);
        await gateway.ProbedAsync("stranger", passed: false, times: 5);

        Assert.Equal(steps, _listener.Steps.Count);
    }

    [Fact]
    public async Task A_command_is_answered_with_its_sequence_or_with_the_reason_of_its_refusal()
    {
        await using var gateway = await StartAsync();
        var inbox = gateway.Inbox;

        var accepted = await inbox.AskAsync("API", new Command.Hold(), "a test", CancellationToken.None);
        var refused = await inbox.AskAsync("api", new Command.Hold(), "a test", CancellationToken.None);
        var unknown = await inbox.AskAsync("shop", new Command.Hold(), "a test", CancellationToken.None);

        Assert.Equal((true, 1L, 1L), (accepted!.Accepted, accepted.Sequence, accepted.Epoch.Number));
        Assert.StartsWith("a test holds api", accepted.Sentence);
        Assert.Equal((false, "api is held already."), (refused!.Accepted, refused.Sentence));
        Assert.Null(unknown);
    }

    [Fact]
    public async Task A_command_that_is_not_answered_in_time_says_so()
    {
        await using var gateway = RunningGateway.Build(time: _time);
        gateway.Get<PoolDirectory>().Swap(gateway.Get<ConfigGate>().Current.Pools.Select(
            setup => new Pool(setup, PoolState.Create(setup.Definition, default))));

        var asked = gateway.Inbox.AskAsync("api", new Command.Hold(), "a test", CancellationToken.None);
        Assert.False(asked.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(2));

        await Assert.ThrowsAsync<TimeoutException>(() => asked);
    }

    [Fact]
    public async Task A_reactor_that_throws_is_counted_and_stops_neither_the_others_nor_the_answer()
    {
        var late = new Listener();
        await using var gateway = await StartAsync(services => services.AddSingleton<IReactor>(late));
        _listener.Throws = true;

        var answer = await gateway.Inbox.AskAsync("api", new Command.Hold(), "a test", CancellationToken.None);
        await gateway.ProbedAsync("primary", passed: true);

        Assert.True(answer!.Accepted);
        Assert.Equal(2, gateway.Get<FailoverEngine>().Faults);
        Assert.Equal(["HoldPlaced", "BackendCameUp"], late.Steps.SelectMany(step => step.Records).Select(record => record.Event.GetType().Name));
        Assert.True(gateway.Log.Has("on purpose"));
    }

    [Fact]
    public async Task A_letter_that_makes_the_rules_throw_is_counted_and_the_loop_goes_on()
    {
        await using var gateway = await StartAsync();

        gateway.Inbox.ProbeCompleted(gateway.Pool, new BackendId("primary"), outcome: null!);
        await gateway.ProbedAsync("primary", passed: true);

        Assert.Equal(1, gateway.Get<FailoverEngine>().Faults);
        Assert.Equal(Health.Up, gateway.State("primary").Health);
    }

    [Fact]
    public async Task The_timer_goes_off_when_the_pool_asks_for_it_and_not_before()
    {
        await using var gateway = await StartAsync(stableTime: "10s");
        await gateway.ProbedAsync("secondary", passed: true);
        await gateway.ProbedAsync("primary", passed: false, times: 2);
        await gateway.ProbedAsync("primary", passed: true, times: 2);
        var due = Timers.NextDue(gateway.Pool.View.State)!.Value - gateway.Get<EngineClock>().Now;
        Assert.Equal(TimeSpan.FromSeconds(10), due);
        await TimerIsSetAsync(due);

        _time.Advance(due);
        Assert.True(_time.HasTimer(TimeSpan.FromMilliseconds(1)));
        Assert.Equal("secondary", gateway.Pool.View.State.Active.Name);

        _time.Advance(TimeSpan.FromMilliseconds(1));
        await Eventually.EqualAsync("primary", () => gateway.Pool.View.State.Active.Name);
    }

    [Fact]
    public async Task A_wall_clock_that_is_set_changes_what_people_read_and_nothing_else()
    {
        await using var gateway = await StartAsync(stableTime: "10s");
        await gateway.ProbedAsync("secondary", passed: true);
        await gateway.ProbedAsync("primary", passed: false, times: 2);
        await gateway.ProbedAsync("primary", passed: true, times: 2);
        await TimerIsSetAsync(TimeSpan.FromSeconds(10));

        _time.SetWallClock(TimeSpan.FromDays(-1));
        _time.Advance(TimeSpan.FromSeconds(9));
        await gateway.IdleAsync();
        Assert.Equal("secondary", gateway.Pool.View.State.Active.Name);
        _time.Advance(TimeSpan.FromSeconds(2));

        await Eventually.EqualAsync("primary", () => gateway.Pool.View.State.Active.Name);
        var clock = gateway.Get<EngineClock>();
        Assert.Equal(_time.GetUtcNow(), clock.Wall(clock.Now));
    }

    [Fact]
    public async Task A_reload_adds_and_removes_pools_and_backends_and_keeps_counters_and_verdicts()
    {
        await using var gateway = await StartAsync();
        await gateway.ProbedAsync("secondary", passed: true);
        await gateway.ProbedAsync("primary", passed: false, times: 2);
        var (pool, secondary) = (gateway.Pool, gateway.Pool.Members["secondary"]);
        pool.Counters.Count(RequestEnd.Rescued);
        secondary.Count(AttemptEnd.Good);
        var announced = 0;
        gateway.Get<PoolDirectory>().Changed += () => announced++;

        gateway.Settings
            .With("ReverseProxy:Clusters:api:Destinations:third:Address", "http://third.test/").With("Failover:Pools:api:Tiers:2", "third")
            .With("ReverseProxy:Clusters:shop:Destinations:stall:Address", "http://stall.test/").With("Failover:Pools:shop:Tiers:0", "stall");
        await gateway.ReloadAsync();

        Assert.Same(pool, gateway.Pool);
        Assert.Same(secondary, gateway.Pool.Members["secondary"]);
        Assert.Equal((1L, 1L), (pool.Counters.Read(RequestEnd.Rescued), secondary.Read(AttemptEnd.Good)));
        Assert.Equal(["secondary", "third"], gateway.Pool.View.Candidates.ToArray());
        Assert.Equal(2, gateway.Pool.View.State.Epoch.Number);
        Assert.Equal(["api", "shop"], gateway.Get<PoolDirectory>().Ordered.Select(one => one.Id.Value));
        Assert.True(announced > 0);

        gateway.Settings.Without("ReverseProxy:Clusters:shop").Without("Failover:Pools:shop")
            .Without("ReverseProxy:Clusters:api:Destinations:primary").Without("Failover:Pools:api:Tiers")
            .With("Failover:Pools:api:Tiers:0", "secondary").With("Failover:Pools:api:Tiers:1", "third");
        await gateway.ReloadAsync();

        Assert.Null(gateway.Get<PoolDirectory>().Find("shop"));
        Assert.Equal(["secondary", "third"], gateway.Pool.Members.Keys.Order());
        Assert.Equal(0, gateway.Pool.View.State.ActiveTier);
        Assert.Equal(1, gateway.Pool.Counters.Read(RequestEnd.Rescued));
    }

    [Fact]
    public async Task A_backend_that_is_spelled_anew_is_a_new_one_and_no_ghost()
    {
        await using var gateway = await StartAsync();
        gateway.Settings.Without("ReverseProxy:Clusters:api:Destinations:primary")
            .With("ReverseProxy:Clusters:api:Destinations:Primary:Address", "http://primary.test:3001/");
        await gateway.ReloadAsync();

        Assert.Equal("Primary", gateway.Pool.Members["primary"].Id);
        await gateway.ProbedAsync(gateway.Pool.Members["primary"].Id, passed: true);
        Assert.Equal(Health.Up, gateway.State("Primary").Health);
    }

    private Task<RunningGateway> StartAsync(Action<IServiceCollection>? services = null, string stableTime = "30s") => RunningGateway.StartAsync(
        Settings.TwoTiers().With("Failover:Pools:api:Failback:StableTime", stableTime), _time,
        proxy =>
        {
            proxy.Services.AddSingleton<IReactor>(_listener);
            services?.Invoke(proxy.Services);
        });

    // The loop sets its timer after the letter that made it necessary; a millisecond goes on top, because timers round down.
    private Task TimerIsSetAsync(TimeSpan due) => Eventually.IsTrueAsync(() => _time.HasTimer(due + TimeSpan.FromMilliseconds(1)));

    private sealed class Listener : IReactor
    {
        public List<Step> Steps { get; } = [];

        public bool Throws { get; set; }

        public void React(Step step)
        {
            if (Throws)
            {
                throw new InvalidOperationException("on purpose");
            }

            Steps.Add(step);
        }
    }
}
