using Gateway.Core.Attempts;
using Xunit;
using static Gateway.Core.Attempts.AttemptOutcome;
using static Gateway.Core.Attempts.AttemptStep;
using static Gateway.Core.Attempts.BodyKind;
using static Gateway.Core.Attempts.RequestMethod;

namespace Gateway.Core.Tests.Attempts;

/// <summary>RFC 9110 §9.2.2 as a table; a row a rule.</summary>
public class AttemptPlanTests
{
    [Theory]
    // Answered well, or nobody waits any more: nothing else matters.
    [InlineData(Unsafe, Streamed, Good, true, Answer)]
    [InlineData(Safe, None, Good, true, Answer)]
    [InlineData(Safe, None, ClientLeft, true, GiveUp)]
    [InlineData(Safe, None, ClientLeft, false, GiveUp)]
    [InlineData(Safe, None, DeadlinePassed, true, GiveUp)]
    [InlineData(Unsafe, None, DeadlinePassed, false, GiveUp)]
    // Nothing was sent: anything may be repeated.
    [InlineData(Safe, None, Failed, false, RetryElsewhere)]
    [InlineData(Idempotent, Streamed, Failed, false, RetryElsewhere)]
    [InlineData(Unsafe, None, Failed, false, RetryElsewhere)]
    [InlineData(Unsafe, Streamed, Failed, false, RetryElsewhere)]
    // Possibly sent, no answer: what has the same effect twice, as long as its body is at hand.
    [InlineData(Safe, None, Failed, true, RetryElsewhere)]
    [InlineData(Idempotent, None, Failed, true, RetryElsewhere)]
    [InlineData(Safe, Kept, Failed, true, RetryElsewhere)]
    [InlineData(Idempotent, Kept, Failed, true, RetryElsewhere)]
    [InlineData(Safe, Streamed, Failed, true, GiveUp)]
    [InlineData(Idempotent, Streamed, Failed, true, GiveUp)]
    [InlineData(Unsafe, None, Failed, true, GiveUp)]
    [InlineData(Unsafe, Kept, Failed, true, GiveUp)]
    [InlineData(Unsafe, Streamed, Failed, true, GiveUp)]
    // Answered badly: the same, for an answer shows that the request arrived.
    [InlineData(Safe, None, BadStatus, true, RetryElsewhere)]
    [InlineData(Idempotent, None, BadStatus, true, RetryElsewhere)]
    [InlineData(Idempotent, Kept, BadStatus, true, RetryElsewhere)]
    [InlineData(Safe, Streamed, BadStatus, true, GiveUp)]
    [InlineData(Idempotent, Streamed, BadStatus, true, GiveUp)]
    [InlineData(Unsafe, None, BadStatus, true, GiveUp)]
    [InlineData(Unsafe, Kept, BadStatus, true, GiveUp)]
    [InlineData(Unsafe, Streamed, BadStatus, true, GiveUp)]
    // A bad answer, although nobody saw anything sent: who answered has received.
    [InlineData(Unsafe, None, BadStatus, false, GiveUp)]
    public void What_may_be_tried_again(RequestMethod method, BodyKind body, AttemptOutcome outcome, bool possiblySent, AttemptStep expected)
    {
        var facts = new AttemptFacts(method, body, outcome, possiblySent, AttemptsMade: 1, MaxAttempts: 3, OtherBackendLeft: true);

        Assert.Equal(expected, AttemptPlan.Next(facts));
    }

    [Theory]
    [InlineData(1, 1, true, GiveUp)]
    [InlineData(2, 3, true, RetryElsewhere)]
    [InlineData(3, 3, true, GiveUp)]
    [InlineData(4, 3, true, GiveUp)]
    [InlineData(1, 3, false, GiveUp)]
    public void A_retry_needs_an_attempt_and_a_backend_that_are_left(int made, int max, bool otherBackendLeft, AttemptStep expected)
    {
        var facts = new AttemptFacts(Safe, None, Failed, PossiblySent: false, made, max, otherBackendLeft);

        Assert.Equal(expected, AttemptPlan.Next(facts));
    }

    [Theory]
    [InlineData(Safe, Failed, true, 1, Hold)]
    [InlineData(Unsafe, Failed, false, 1, Hold)]
    // It may have been executed, or its attempts are used up: nothing to wait for.
    [InlineData(Unsafe, Failed, true, 1, GiveUp)]
    [InlineData(Safe, Failed, true, 3, GiveUp)]
    // There is an answer, if a bad one.
    [InlineData(Safe, BadStatus, true, 1, GiveUp)]
    [InlineData(Safe, ClientLeft, true, 1, GiveUp)]
    [InlineData(Safe, DeadlinePassed, true, 1, GiveUp)]
    public void A_request_waits_only_where_nobody_was_reached_and_another_attempt_is_allowed(
        RequestMethod method, AttemptOutcome outcome, bool possiblySent, int made, AttemptStep expected)
    {
        var facts = new AttemptFacts(method, None, outcome, possiblySent, made, MaxAttempts: 3, OtherBackendLeft: false, NobodyReached: true);

        Assert.Equal(expected, AttemptPlan.Next(facts));
        Assert.Equal(GiveUp, AttemptPlan.Next(facts with { NobodyReached = false }));
        Assert.Equal(GiveUp, AttemptPlan.Next(facts with { HasAnswer = true }));
    }

    [Fact]
    public void Without_budget_there_is_no_retry()
    {
        var facts = new AttemptFacts(Safe, None, Failed, PossiblySent: false, AttemptsMade: 1, MaxAttempts: 3, OtherBackendLeft: true, BudgetLeft: false);

        Assert.Equal(GiveUp, AttemptPlan.Next(facts));
    }

    [Theory]
    [InlineData(Safe, None, 1, 3, true, true)]
    [InlineData(Idempotent, None, 1, 3, true, true)]
    [InlineData(Idempotent, Kept, 1, 3, true, true)]
    [InlineData(Unsafe, None, 1, 3, true, false)]
    [InlineData(Safe, Streamed, 1, 3, true, false)]
    [InlineData(Safe, None, 3, 3, true, false)]
    [InlineData(Safe, None, 1, 3, false, false)]
    public void An_attempt_is_cut_short_only_where_a_second_one_could_follow(
        RequestMethod method, BodyKind body, int made, int max, bool otherBackendLeft, bool expected) =>
        Assert.Equal(expected, AttemptPlan.MayCutShort(method, body, made, max, otherBackendLeft));

    [Theory]
    [InlineData(Safe, None, 1, 3, true)]
    [InlineData(Safe, None, 3, 3, false)]
    [InlineData(Safe, Kept, 1, 3, false)]
    [InlineData(Idempotent, None, 1, 3, false)]
    [InlineData(Unsafe, None, 1, 3, false)]
    public void Only_what_has_no_effect_runs_twice_at_a_time(RequestMethod method, BodyKind body, int made, int max, bool expected) =>
        Assert.Equal(expected, AttemptPlan.MayHedge(method, body, made, max));

    [Theory]
    [InlineData(StandbyPolicy.Any, Unsafe, true)]
    [InlineData(StandbyPolicy.Safe, Safe, true)]
    [InlineData(StandbyPolicy.Safe, Idempotent, false)]
    [InlineData(StandbyPolicy.Safe, Unsafe, false)]
    [InlineData(StandbyPolicy.None, Safe, false)]
    public void A_standby_gets_what_the_pool_allows(StandbyPolicy policy, RequestMethod method, bool expected) =>
        Assert.Equal(expected, AttemptPlan.MayReachStandby(policy, method));

    [Theory]
    [InlineData(FaultKind.Status, "answered 500", FaultKind.Status, "answered 500", true)]
    [InlineData(FaultKind.Status, "answered 500", FaultKind.Status, "answered 503", false)]
    [InlineData(FaultKind.Broken, "connection reset", FaultKind.Broken, "connection closed before an answer", true)]
    [InlineData(FaultKind.Timeout, "no answer in time", FaultKind.Timeout, "no answer in time", true)]
    [InlineData(FaultKind.Broken, "connection reset", FaultKind.Status, "answered 500", false)]
    // Who was not reached has not seen the request: it cannot be to blame.
    [InlineData(FaultKind.Connect, "connection refused", FaultKind.Connect, "connection refused", false)]
    public void A_request_that_fails_the_same_way_elsewhere_is_itself_to_blame(
        FaultKind first, string detail, FaultKind second, string other, bool expected) =>
        Assert.Equal(expected, AttemptPlan.IsPoison(new Fault(first, detail), new Fault(second, other)));
}
