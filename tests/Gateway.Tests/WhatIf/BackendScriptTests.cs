using Gateway.Core;
using Gateway.Failover.WhatIf;

namespace Gateway.Tests.WhatIf;

public class BackendScriptTests
{
    private static readonly TimeSpan Usual = TimeSpan.FromMilliseconds(10);

    [Fact]
    public void A_well_backend_answers_in_the_usual_time()
    {
        Assert.Equal((AnswerKind.Answered, 510, 200), Ask(Script(), 500));
        Assert.Equal((AnswerKind.Answered, 515, 200), Ask(Script(), 500, spread: 1.5));
    }

    [Fact]
    public void A_dead_one_refuses_and_breaks_what_was_under_way()
    {
        var script = Script(new TraceEvent(Ms(1000), "a", Condition.Dead) { Until = Ms(2000) });

        Assert.Equal((AnswerKind.Answered, 1000, 200), Ask(script, 990));
        Assert.Equal((AnswerKind.Broken, 1000, 0), Ask(script, 991));
        Assert.Equal((AnswerKind.Refused, 1001, 0), Ask(script, 1000));
        Assert.Equal((AnswerKind.Refused, 2000, 0), Ask(script, 1999));
        Assert.Equal((AnswerKind.Answered, 2010, 200), Ask(script, 2000));
        Assert.Equal([(At(1000), (Instant?)At(2000))], script.Deaths);
    }

    [Fact]
    public void A_hung_one_answers_what_is_left_once_it_goes_on_and_never_if_it_does_not()
    {
        var script = Script(new TraceEvent(Ms(1000), "a", Condition.Hung) { Until = Ms(3000) });

        Assert.Equal((AnswerKind.Answered, 3006, 200), Ask(script, 996));
        Assert.Equal((AnswerKind.Answered, 3010, 200), Ask(script, 1500));
        Assert.Equal(AnswerKind.Silent, Script(new TraceEvent(Ms(1000), "a", Condition.Hung)).Ask(At(1500), 1, 0).Kind);
        Assert.Equal(
            (AnswerKind.Broken, 3000, 0),
            Ask(Script(new TraceEvent(Ms(1000), "a", Condition.Hung), new TraceEvent(Ms(3000), "a", Condition.Dead)), 1500));
    }

    [Fact]
    public void Only_its_share_of_the_requests_feels_a_condition()
    {
        var script = Script(new TraceEvent(Ms(0), "a", Condition.Erring) { Share = 0.3, Status = 503, Latency = Ms(40) });

        Assert.Equal((AnswerKind.Answered, 140, 503), Ask(script, 100, luck: 0.29));
        Assert.Equal((AnswerKind.Answered, 110, 200), Ask(script, 100, luck: 0.3));
    }

    [Theory]
    [InlineData("Well", null, "passed", 10)]
    [InlineData("Well", false, "no answer within 500 ms", 500)]
    [InlineData("Dead", null, "connection refused", 1)]
    [InlineData("Hung", null, "no answer within 500 ms", 500)]
    [InlineData("Hung", true, "passed", 1)]
    [InlineData("Erring", null, "answered 500", 10)]
    [InlineData("Erring", true, "passed", 1)]
    [InlineData("Slow", null, "no answer within 500 ms", 500)]
    [InlineData("Leaving", null, "draining", 1)]
    public void A_probe_finds_what_requests_find_unless_the_trace_says_otherwise(string word, bool? passes, string found, int took)
    {
        var condition = Enum.Parse<Condition>(word);
        var (outcome, time) = Script(new TraceEvent(Ms(0), "a", condition) { ProbePasses = passes, Latency = condition == Condition.Slow ? Ms(900) : null })
            .Probe(At(100), Ms(500));

        Assert.Equal(found, outcome switch { ProbeOutcome.Failed failed => failed.Fault.Detail, ProbeOutcome.Passed => "passed", _ => "draining" });
        Assert.Equal(Ms(took), time);
    }

    private static BackendScript Script(params TraceEvent[] events) => new(events, Usual);

    private static (AnswerKind Kind, double Ms, int Status) Ask(BackendScript script, int at, double spread = 1, double luck = 0) =>
        script.Ask(At(at), spread, luck) is var answer ? (answer.Kind, answer.At.Ticks / (double)TimeSpan.TicksPerMillisecond, answer.Status) : default;

    private static TimeSpan Ms(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private static Instant At(int milliseconds) => new(Ms(milliseconds).Ticks);
}
