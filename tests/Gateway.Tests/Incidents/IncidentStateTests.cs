using Gateway.Core;
using Gateway.Failover.Engine;
using Gateway.Failover.Incidents;

namespace Gateway.Tests.Incidents;

/// <summary>When an incident begins and ends, and what is counted in it.</summary>
public class IncidentStateTests
{
    private readonly Outage _pool = Outage.OfTwoTiers();

    [Fact]
    public void A_failover_lasts_from_the_first_bad_signal_until_its_figures_are_taken()
    {
        _pool.Ends(RequestEnd.Ok, 100).Wait(1_000);
        var signal = _pool.Now;
        _pool.Fails("primary", 1).Wait(10).Fails("primary", 2).Wait(10).Ends(RequestEnd.Failed).Ends(RequestEnd.Rescued, 2).Hedge().Hold().Fails("primary", 3);
        var verdict = _pool.Now;
        _pool.Wait(5).Answers().Wait(2_000).Ends(RequestEnd.Ok, 40, took: 3);
        Assert.NotNull(_pool.Open);
        _pool.Ticks();

        var over = Assert.Single(_pool.Over);
        Assert.Null(_pool.Open);
        Assert.Equal((IncidentKind.Failover, signal), (over.Kind, over.Start.At));
        Assert.Equal((verdict + TimeSpan.FromMilliseconds(5), verdict + TimeSpan.FromMilliseconds(2_005)), (over.FirstAnswer!.Value.At, over.OverAt));
        Assert.Equal(new IncidentCounts(Requests: 43, Failed: 1, Rescued: 2, Hedged: 1, Held: 1), over.End!.Since(over.Start.Counters));
        var change = Assert.Single(over.Changes);
        Assert.Equal((2L, 20.0, 5.0), (change.Verdict.Epoch.Number, change.Measured!.Detection!.Value.TotalMilliseconds, change.Measured.Failover!.Value.TotalMilliseconds));
        Assert.Equal(new Tally(43, 1, 2), change.Measured.Cost);
        Assert.Equal(["BackendSuspected", "BackendWentDown", "ActiveChanged", "ChangeMeasured"], over.Sentences.Select(e => e.GetType().Name));
        Assert.Equal(["primary down requests-failed"], over.Findings.Values.Select(found => $"{found.Backend} {found.Health} {found.Cause}"));
        Assert.Equal("primary is ejected after 3 failed requests in a row (answered 500).", IncidentWords.Cause(over));
    }

    [Fact]
    public void What_ended_while_the_signal_waited_for_the_engine_belongs_to_it()
    {
        var seen = new Tally(Requests: 10, Failed: 0, Rescued: 0);
        _pool.Ends(RequestEnd.Ok, 10).Ends(RequestEnd.Failed, 2);
        _pool.Take(new PoolInput.ConnectionRefused(_pool.Now, seen, new BackendId("primary"), new Fault(FaultKind.Connect, "connection refused")));
        _pool.Answers().Wait(2_000).Ticks();

        var over = Assert.Single(_pool.Over);
        Assert.Equal((2L, 2L), (over.End!.Since(over.Start.Counters).Requests, over.End.Since(over.Start.Counters).Failed));
        Assert.Equal(new Tally(2, 2, 0), over.Changes[0].Measured!.Cost);
    }

    [Fact]
    public void A_request_that_failed_alone_is_none()
    {
        _pool.Fails("primary", 1).Wait(10).Probe("primary", passed: true).Wait(10).Probe("primary", passed: true);
        Assert.Null(_pool.Open);
        Assert.Empty(_pool.Over);

        // Forgotten with its counters: what comes later begins later.
        _pool.Wait(60_000).Ends(RequestEnd.Ok, 500).Probe("primary", passed: false).Probe("primary", passed: true);
        var over = Assert.Single(_pool.Over);
        Assert.Equal((TimeSpan.Zero, 0L), (_pool.Now - over.Start.At, over.End!.Since(over.Start.Counters).Requests));
    }

    [Fact]
    public void A_suspicion_that_clears_is_a_short_one()
    {
        _pool.Probe("primary", passed: false);
        Assert.Equal(IncidentKind.Suspicion, _pool.Open!.Kind);
        _pool.Wait(100).Probe("primary", passed: true);

        var over = Assert.Single(_pool.Over);
        Assert.Equal((IncidentKind.Suspicion, 100.0), (over.Kind, (over.OverAt!.Value - over.Start.At).TotalMilliseconds));
        Assert.Null(over.Failover);
        Assert.StartsWith("primary is suspected: it failed 1 of the 2 probes", IncidentWords.Cause(over), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_wrong_with_a_standby_is_none_but_is_evidence_in_one()
    {
        _pool.Probe("secondary", passed: false).Probe("secondary", passed: false);
        Assert.Null(_pool.Open);
        _pool.Probe("secondary", passed: true).Probe("secondary", passed: true);
        Assert.Empty(_pool.Over);

        _pool.Probe("primary", passed: false).Probe("secondary", passed: false).Probe("secondary", passed: true).Probe("primary", passed: true);
        var over = Assert.Single(_pool.Over);
        Assert.Equal(["primary", "secondary"], over.Findings.Keys);
        Assert.Equal(IncidentKind.Suspicion, over.Kind);
    }

    [Fact]
    public void An_operators_change_and_a_planned_return_are_none()
    {
        _pool.Commanded(new Command.Switchover(new BackendId("secondary"), Force: false)).Answers().Wait(2_000).Ticks();
        _pool.Commanded(new Command.Failback()).Answers().Wait(2_000).Ticks();

        Assert.Equal((3L, "primary"), (_pool.State.Epoch.Number, _pool.State.Active.Name));
        Assert.Null(_pool.Open);
        Assert.Empty(_pool.Over);
    }

    [Fact]
    public void The_return_after_a_failover_is_no_part_of_it()
    {
        _pool.Refuses("primary").Answers().Wait(2_000).Ticks().Wait(5_000).Probe("primary", passed: true).Probe("primary", passed: true).Wait(30_000).Ticks();

        Assert.Equal(ChangeKind.Failback, _pool.State.Window!.Kind);
        Assert.Null(_pool.Open);
        Assert.Equal(2_000, (Assert.Single(_pool.Over).OverAt!.Value - _pool.Over[0].Start.At).TotalMilliseconds);
    }

    [Fact]
    public void When_nobody_is_left_it_is_an_outage_until_somebody_is_and_is_measured()
    {
        _pool.Refuses("primary").Wait(10).Refuses("secondary").Wait(500);
        Assert.Equal((IncidentKind.Outage, true), (_pool.Open!.Kind, _pool.State.Exhausted));
        _pool.Probe("primary", passed: true).Probe("primary", passed: true).Answers().Wait(2_000).Ticks();

        var over = Assert.Single(_pool.Over);
        Assert.Equal([ChangeKind.Failover, ChangeKind.Failover], over.Changes.Select(change => change.Verdict.Kind));
        Assert.Equal(IncidentKind.Outage, over.Kind);
        Assert.Equal(over.Exhausted!.Value.Sentence, IncidentWords.Cause(over));
    }

    [Fact]
    public void A_tier_that_goes_on_without_a_member_has_one_until_that_is_up()
    {
        var pool = new Outage(["a", "b"], ["c"]);
        pool.Refuses("a").Wait(1_000);
        Assert.Equal(IncidentKind.Partial, pool.Open!.Kind);
        pool.Probe("a", passed: true).Probe("a", passed: true);

        Assert.Equal(IncidentKind.Partial, Assert.Single(pool.Over).Kind);
        Assert.Empty(pool.Over[0].Changes);
    }

    [Fact]
    public void One_that_an_operator_takes_out_is_nobodys_incident_any_more()
    {
        var pool = new Outage(["a", "b"], ["c"]);
        pool.Refuses("a").Wait(1_000).Commanded(new Command.Disable(new BackendId("a")));

        Assert.Null(pool.Open);
        Assert.Single(pool.Over);
        pool.Probe("a", passed: false).Probe("a", passed: false);
        Assert.Null(pool.Open);
    }

    [Fact]
    public void A_pool_that_only_judges_has_none()
    {
        var input = new PoolInput.Ticked(_pool.Now, default);
        var evidence = Evidence.None.WithBadSignal(_pool.Now, default);
        _pool.Happens(
            input, _pool.State,
            new PoolEvent.BackendWentDown(_pool.Now, new BackendId("primary"), Cause.ProbeFailed, Ejected: false, evidence, "primary would be down."),
            new PoolEvent.ActiveChanged(
                _pool.Now, new Epoch(2), ChangeKind.Failover, "primary", "secondary", [new BackendId("secondary")], Cause.ProbeFailed, _pool.Now, default,
                Pinned: false, "api would have moved."));

        Assert.Null(_pool.Open);
    }

    [Fact]
    public void Sentences_have_a_bound_and_the_rest_is_counted()
    {
        _pool.Refuses("primary");
        for (var round = 0; round < 300; round++)
        {
            _pool.Commanded(round % 2 == 0 ? new Command.Hold() : new Command.Release());
        }

        Assert.Equal((OpenIncident.MostSentences, 102L), (_pool.Open!.Sentences.Count, _pool.Open.LeftOut));
    }

    [Fact]
    public void The_counters_are_read_for_a_signal_and_an_end_and_not_between()
    {
        _pool.Refuses("primary");
        var begun = _pool.Samples;
        for (var round = 0; round < 50; round++)
        {
            _pool.Wait(100).Probe("primary", passed: false);
        }

        Assert.Equal((1, 1), (begun, _pool.Samples));
        _pool.Answers().Wait(2_000).Ticks();
        Assert.Equal(2, _pool.Samples);
    }

    [Fact]
    public void Random_lives_keep_its_rules()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var dice = new Random(seed);
            var pool = new Outage(["a", "b"], ["c"]);
            for (var step = 0; step < 100; step++)
            {
                pool.Wait(dice.Next(3_000)).Ends(dice.Next(4) == 0 ? RequestEnd.Failed : RequestEnd.Ok, dice.Next(3));
                var backend = "abc"[dice.Next(3)].ToString();
                _ = dice.Next(7) switch
                {
                    0 => pool.Fails(backend, dice.Next(1, 4)),
                    1 => pool.Refuses(backend),
                    2 => pool.Answers(),
                    3 => pool.Ticks(),
                    4 => pool.Commanded(dice.Next(2) == 0 ? new Command.Disable(new BackendId(backend)) : new Command.Enable(new BackendId(backend))),
                    _ => pool.Probe(backend, dice.Next(2) == 0),
                };
                Assert.True(pool.Open is null || !IncidentState.IsSteady(pool.State), $"seed {seed}, step {step}: steady, and the incident goes on");
            }

            Assert.True(pool.Over.TrueForAll(one => one.OverAt >= one.Start.At && one.End!.Tally.Requests >= one.Start.Counters.Tally.Requests), $"seed {seed}");
            Assert.True(pool.Over.Zip(pool.Over.Skip(1)).All(two => two.Second.Start.At >= two.First.Start.At), $"seed {seed}");
        }
    }
}
