using System.Collections.Immutable;
using Gateway.Core;
using Gateway.Failover.Configuration;
using Gateway.Failover.Engine;

namespace Gateway.Tests.Engine;

/// <summary>What a gateway knows after a restart, out of its journal.</summary>
public class RestorationTests
{
    private static readonly PoolDefinition Definition = new(
        new PoolId("api"), [.. new[] { "primary", "secondary", "third" }.Select(id => new Tier([new BackendId(id)]))], PoolTuning.Default);

    private static readonly BackendId Primary = new("primary");
    private static readonly BackendId Secondary = new("secondary");
    private readonly FakeTimeProvider _time = new();
    private readonly List<JournalEntry> _journal = [];
    private readonly EngineClock _clock;
    private PoolState _state;

    public RestorationTests()
    {
        _clock = new EngineClock(_time);
        _state = PoolState.Create(Definition, _clock.Now);
    }

    [Fact]
    public void Who_was_up_is_unknown_and_who_was_down_stays_down()
    {
        Probe(Primary, passed: true);
        Probe(Secondary, passed: true);
        Probe(Primary, passed: false, times: 2);

        var restored = Restore();

        Assert.Equal(("secondary", 2L, Cause.ProbeFailed), (restored.Active.Name, restored.Epoch.Number, restored.Cause));
        Assert.Equal(Health.Down, restored.Backends[Primary].Health);
        Assert.Equal(_state.Backends[Primary].Reason, restored.Backends[Primary].Reason);
        Assert.Equal((Health.Unknown, "Not probed since the gateway started."), (restored.Backends[Secondary].Health, restored.Backends[Secondary].Reason));
        Assert.Null(restored.Window);
        Assert.Empty(Invariants.Broken(restored));
    }

    [Fact]
    public void An_operators_words_stay()
    {
        Ask(new Command.Switchover(Secondary, Force: false));
        Ask(new Command.Hold());
        Ask(new Command.Drain(Primary));
        Ask(new Command.Disable(new BackendId("third")));

        var restored = Restore();

        Assert.Equal((true, true, "secondary"), (restored.Held, restored.Pinned, restored.Active.Name));
        Assert.Equal([Admin.Draining, Admin.InService, Admin.Disabled], Definition.Backends.Select(id => restored.Backends[id].Admin));
        Assert.Equal(_state.Backends[Primary].Reason, restored.Backends[Primary].Reason);
    }

    [Fact]
    public void A_backend_that_was_forced_to_serve_serves_after_a_restart()
    {
        Probe(Secondary, passed: false, times: 2);
        Ask(new Command.Switchover(Secondary, Force: true));
        Assert.True(_state.Forced);

        Assert.Equal(["secondary"], new PoolView(Restore(), awaited: null, new PoolOptions()).Serving.ToArray());
        Assert.True(Restore(Checkpoint()).Forced);
    }

    [Fact]
    public void An_ejected_backend_stays_ejected()
    {
        Apply(new PoolInput.AttemptFailed(_clock.Now, default, Primary, new Fault(FaultKind.Status, "answered 500"), Streak: 3));
        var restored = Restore();
        Assert.Equal((Health.Down, true), (restored.Backends[Primary].Health, restored.Backends[Primary].Ejected));
    }

    [Fact]
    public void A_backend_that_is_no_longer_configured_is_forgotten_and_the_epoch_is_not()
    {
        Probe(Primary, passed: false, times: 2);
        var smaller = Definition with { Tiers = [Definition.Tiers[0], Definition.Tiers[2]] };

        var restored = Restoration.Restore(smaller, _journal, new EngineClock(_time));

        Assert.Equal((2L, "primary"), (restored.Epoch.Number, restored.Active.Name));
        Assert.Empty(Invariants.Broken(restored));
    }

    [Fact]
    public void The_time_between_two_lives_is_told_right()
    {
        Probe(Primary, passed: false, times: 2);
        var since = _clock.Wall(_state.Backends[Primary].Since);
        _time.Advance(TimeSpan.FromHours(5));

        var clock = new EngineClock(_time);
        var restored = Restoration.Restore(Definition, _journal, clock);

        Assert.Equal(since, clock.Wall(restored.Backends[Primary].Since));
        Assert.Equal(TimeSpan.FromHours(-5), restored.Backends[Primary].Since - clock.Now);
    }

    [Fact]
    public void A_checkpoint_restores_what_the_whole_journal_would_have()
    {
        Probe(Secondary, passed: true);
        Probe(Primary, passed: false, times: 2);
        Ask(new Command.Disable(Primary));
        Ask(new Command.Hold());
        Probe(new BackendId("third"), passed: false, times: 2);
        Probe(new BackendId("third"), passed: true, times: 1);

        Same(Restore(), Restore(Checkpoint()));
        Same(Restore(), Restore([.. Checkpoint(), .. _journal[(_journal.Count / 2)..]]));
    }

    [Fact]
    public void Back_in_service_a_backend_is_down_for_the_reason_for_which_it_fell_checkpoint_or_not()
    {
        Probe(Primary, passed: false, times: 2);
        var finding = _state.Backends[Primary].Finding;
        Ask(new Command.Drain(Primary));
        var checkpoint = Checkpoint();
        var enabled = new PoolEvent.BackendAdminChanged(_clock.Now, Primary, Admin.InService, "enabled");

        Assert.Equal(finding, Applier.Apply(Restore(), enabled).Backends[Primary].Reason);
        Assert.Equal(finding, Applier.Apply(Restore(checkpoint), enabled).Backends[Primary].Reason);
    }

    [Fact]
    public void Every_event_that_is_kept_comes_out_of_its_line_as_it_went_in()
    {
        Probe(Secondary, passed: true);
        Probe(Primary, passed: false, times: 2);
        Probe(Primary, passed: true, times: 2);
        Ask(new Command.Hold());
        Ask(new Command.Release());
        Ask(new Command.Drain(Primary));
        Ask(new Command.Reset(Secondary));
        Apply(new PoolInput.AttemptFailed(_clock.Now, new Tally(9, 2, 1), Secondary, new Fault(FaultKind.Broken, "closed"), Streak: 3));
        _time.Advance(TimeSpan.FromMinutes(2));
        Apply(new PoolInput.Ticked(_clock.Now, new Tally(20, 3, 2)));

        Assert.All(_journal, entry =>
        {
            var line = JournalFormat.Line(entry);
            var read = JournalFormat.Read<JournalEntry>(line.AsSpan()[..^1])!;
            Assert.Equal(entry.ToEvent(_clock)?.ToString(), read.ToEvent(_clock)?.ToString());
            Assert.Equal(line, JournalFormat.Line(read));
        });
        Assert.True(_journal.Select(entry => entry.Kind).Distinct().Count() >= 9);
    }

    private void Probe(BackendId backend, bool passed, int times = 1)
    {
        for (var time = 0; time < times; time++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(137));
            Apply(new PoolInput.ProbeCompleted(
                _clock.Now, default, backend, passed ? ProbeOutcome.Passed.Instance : new ProbeOutcome.Failed(new Fault(FaultKind.Connect, "connection refused"))));
        }
    }

    private void Ask(Command command)
    {
        _time.Advance(TimeSpan.FromMilliseconds(137));
        Apply(new PoolInput.Commanded(_clock.Now, default, command, "a test"));
    }

    private void Apply(PoolInput input)
    {
        var decision = Decider.Decide(_state, input);
        Assert.NotEqual(ReasonCode.CommandRefused, decision.Reason.Code);
        _state = Applier.Apply(_state, decision.Events);
        _journal.AddRange(decision.Events.Where(e => !e.IsQuiet)
            .Select(e => JournalEntry.Of(new Recorded(_journal.Count + 1, _clock.Wall(e.At), Definition.Id, e), _clock)));
    }

    private List<JournalEntry> Checkpoint() => [.. Restoration.Checkpoint(_state, _journal[^1], _clock)];

    private PoolState Restore(IEnumerable<JournalEntry>? entries = null) => Restoration.Restore(Definition, entries ?? _journal, _clock);

    // Immutable dictionaries are equal to themselves only.
    private static void Same(PoolState expected, PoolState actual)
    {
        Assert.Equal(
            expected.Backends.Values.OrderBy(backend => backend.Id.Value), actual.Backends.Values.OrderBy(backend => backend.Id.Value));
        var none = ImmutableDictionary<BackendId, BackendState>.Empty;
        Assert.Equal(expected.Changes.AsEnumerable(), actual.Changes);
        Assert.Equal(expected with { Backends = none, Changes = [] }, actual with { Backends = none, Changes = [] });
    }
}
