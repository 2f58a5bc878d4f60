using System.Reflection;
using Gateway.Core.Tests.Telling;
using Xunit;
using static Gateway.Core.Tests.Judging.Pools;

namespace Gateway.Core.Tests;

/// <summary>Whoever adds a case to a closed hierarchy adds a row here, and in the rules.</summary>
public class CaseTests
{
    private static readonly PoolState Pool = Of("a | b");

    private static readonly PoolInput[] Inputs =
    [
        Passes("a", 1),
        RequestFails("a", 1, streak: 1),
        new PoolInput.AttemptSilent(At(1), default, Id("a"), "orders", 5, At(0), OthersAnswer: true),
        new PoolInput.AnswersResumed(At(1), default, Id("a")),
        new PoolInput.ConnectionRefused(At(1), default, Id("a"), new Fault(FaultKind.Connect, "connection refused")),
        new PoolInput.FirstAnswered(At(1), default, Epoch.First),
        new PoolInput.Ticked(At(1), default),
        new PoolInput.Configured(At(1), default, Of("a | c").Definition),
        Asked(new Command.Hold()),
    ];

    private static readonly Command[] Commands =
    [
        new Command.Switchover(Id("b"), Force: false),
        new Command.Failback(),
        new Command.Hold(),
        new Command.Release(),
        new Command.Drain(Id("a")),
        new Command.Disable(Id("a")),
        new Command.Enable(Id("a")),
        new Command.Reset(Id("a")),
    ];

    private static readonly PoolEvent[] Events =
    [
        new PoolEvent.PoolConfigured(At(1), Of("a | c").Definition, "Configured."),
        new PoolEvent.EvidenceNoted(At(1), Id("a"), Evidence.None.WithBadSignal(At(1), default)),
        new PoolEvent.BackendSuspected(At(1), Id("a"), Cause.ProbeFailed, Evidence.None, "Suspected."),
        new PoolEvent.BackendCleared(At(1), Id("a"), "Cleared."),
        new PoolEvent.BackendWentDown(At(1), Id("a"), Cause.ProbeFailed, Ejected: false, Evidence.None, "Down."),
        new PoolEvent.BackendCameUp(At(1), Id("a"), "Up."),
        new PoolEvent.BackendAdminChanged(At(1), Id("a"), Admin.Draining, "Draining."),
        new PoolEvent.BackendReset(At(1), Id("a"), "Reset."),
        new PoolEvent.ActiveChanged(
            At(1), new Epoch(2), ChangeKind.Failover, "a", "b", [Id("b")], Cause.ProbeFailed, At(1), default, Pinned: false, "Moved."),
        new PoolEvent.PoolExhausted(At(1), "Nobody left."),
        new PoolEvent.FirstAnswerNoted(At(1), Epoch.First, AskedAt: null),
        new PoolEvent.ChangeMeasured(At(1), Epoch.First, ChangeKind.Failover, null, null, default, "Measured."),
        new PoolEvent.HoldPlaced(At(1), "Held."),
        new PoolEvent.HoldReleased(At(1), "Released."),
        new PoolEvent.CommandRefused(At(1), new Command.Hold(), "Refused."),
    ];

    [Fact]
    public void Every_case_has_its_row_here()
    {
        Assert.Equal(Cases<PoolInput>(), Names(Inputs));
        Assert.Equal(Cases<Command>(), Names(Commands));
        Assert.Equal(Cases<PoolEvent>(), Names(Events));
        Assert.Equal(["Draining", "Failed", "Passed"], Cases<ProbeOutcome>());
    }

    [Fact]
    public void Every_input_and_every_command_is_decided_with_a_reason()
    {
        foreach (var input in Inputs.Concat(Commands.Select(Asked)))
        {
            var decision = Decider.Decide(Pool, input);

            Assert.NotEmpty(decision.Reason.Sentence);
            Assert.Empty(Rules.Broken(Pool, input, decision, Applier.Apply(Pool, decision.Events)));
        }
    }

    [Fact]
    public void Every_event_makes_a_possible_state_of_any_state()
    {
        var stranger = Of("x | y");
        foreach (var happened in Events)
        {
            Assert.Empty(Invariants.Broken(Applier.Apply(Pool, happened)));
            Assert.Empty(Invariants.Broken(Applier.Apply(stranger, happened)));
        }
    }

    [Fact]
    public void Only_bookkeeping_is_quiet() =>
        Assert.Equal(["EvidenceNoted", "FirstAnswerNoted"], Names([.. Events.Where(happened => happened.IsQuiet)]));

    /// <summary>What no story shows is either dead or not thought through.</summary>
    [Fact]
    public void Every_event_and_every_reason_has_its_story()
    {
        var told = string.Join('\n', TranscriptTests.Texts()).Split([' ', ':', '\n'], StringSplitOptions.RemoveEmptyEntries).ToHashSet();

        Assert.Empty(Cases<PoolEvent>().Concat(Enum.GetNames<ReasonCode>()).Except(told));
    }

    private static PoolInput Asked(Command command) => new PoolInput.Commanded(At(1), default, command, "ops");

    private static string[] Cases<T>() =>
        [.. typeof(T).GetNestedTypes(BindingFlags.Public).Where(type => type.IsSubclassOf(typeof(T))).Select(type => type.Name).Order(StringComparer.Ordinal)];

    private static string[] Names<T>(T[] examples)
        where T : notnull => [.. examples.Select(example => example.GetType().Name).Distinct().Order(StringComparer.Ordinal)];
}
