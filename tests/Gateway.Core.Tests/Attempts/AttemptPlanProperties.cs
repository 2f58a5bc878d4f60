using FsCheck;
using FsCheck.Fluent;
using Gateway.Core.Attempts;
using Xunit;

namespace Gateway.Core.Tests.Attempts;

/// <summary>The plan against invariants 1, 2 and 5 of the fault contract: whole lives of requests, made of random outcomes.</summary>
public class AttemptPlanProperties
{
    private const int Cases = 20_000;

    private static readonly RequestMethod[] Methods = Enum.GetValues<RequestMethod>();
    private static readonly BodyKind[] Bodies = Enum.GetValues<BodyKind>();
    private static readonly AttemptOutcome[] Outcomes = Enum.GetValues<AttemptOutcome>();

    /// <summary>What a backend did to one attempt.</summary>
    private sealed record Turn(AttemptOutcome Outcome, bool Sent, bool OtherLeft, bool NobodyReached, bool Budget);

    private sealed record Life(RequestMethod Method, BodyKind Body, int Max, Turn[] Turns);

    private static Gen<Turn> Turns =>
        from outcome in Gen.Elements(Outcomes)
        from sent in Gen.Elements(true, false)
        from left in Gen.Elements(true, false)
        from nobody in Gen.Elements(true, false)
        from budget in Gen.Elements(true, true, false)
        select new Turn(outcome, sent, left, nobody, budget);

    private static Gen<Life> Lives =>
        from method in Gen.Elements(Methods)
        from body in Gen.Elements(Bodies)
        from max in Gen.Choose(1, 5)
        from turns in Turns.ArrayOf(12)
        select new Life(method, body, max, turns);

    [Fact]
    public void An_unsafe_request_is_never_tried_again_once_it_was_possibly_sent() => Holds(life =>
        life.Method != RequestMethod.Unsafe || Live(life).TakeWhile(step => !step.Sent).Count() >= Live(life).Count() - 1);

    [Fact]
    public void No_request_has_more_attempts_than_allowed() => Holds(life => Live(life).Count() <= life.Max);

    [Fact]
    public void A_body_that_is_gone_is_never_sent_a_second_time() => Holds(life =>
        life.Body != BodyKind.Streamed || Live(life).SkipLast(1).All(step => !step.Sent));

    [Fact]
    public void Nothing_follows_a_good_answer_a_client_that_left_or_a_deadline() => Holds(life =>
        Live(life).SkipLast(1).All(step => step.Outcome is AttemptOutcome.Failed or AttemptOutcome.BadStatus));

    [Fact]
    public void Without_budget_nothing_is_retried() => Holds(life =>
        Live(life with { Turns = [.. life.Turns.Select(turn => turn with { Budget = false, OtherLeft = true })] }).Count() == 1);

    private static void Holds(Func<Life, bool> property) =>
        Prop.ForAll(Lives.ToArbitrary(), property).Check(Config.QuickThrowOnFailure.WithMaxTest(Cases));

    /// <summary>The attempts that the plan makes of a life. One that waits is served again in the end.</summary>
    private static IEnumerable<Turn> Live(Life life)
    {
        var sent = false;
        for (var made = 1; made <= life.Turns.Length; made++)
        {
            var turn = life.Turns[made - 1];
            // A bad answer, too, shows that the request was sent.
            turn = turn with { Sent = turn.Sent || turn.Outcome == AttemptOutcome.BadStatus };
            sent |= turn.Sent;
            yield return turn;
            var step = AttemptPlan.Next(new AttemptFacts(
                life.Method, life.Body, turn.Outcome, sent, made, life.Max, turn.OtherLeft, turn.NobodyReached, turn.Budget));
            if (step is not (AttemptStep.RetryElsewhere or AttemptStep.Hold))
            {
                yield break;
            }
        }
    }
}
