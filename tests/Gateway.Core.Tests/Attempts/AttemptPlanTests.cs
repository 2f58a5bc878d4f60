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
    // Nothing was sent: anything may be repeated.
    [InlineData(Safe, None, Failed, false, RetryElsewhere)]
    [InlineData(Idempotent, Streamed, Failed, false, RetryElsewhere)]
    [InlineData(Unsafe, None, Failed, false, RetryElsewhere)]
    [InlineData(Unsafe, Streamed, Failed, false, RetryElsewhere)]
    // Possibly sent, no answer: what has the same effect twice, as long as its body is at hand.
    [InlineData(Safe, None, Failed, true, RetryElsewhere)]
    [InlineData(Idempotent, None, Failed, true, RetryElsewhere)]
    [InlineData(Safe, Streamed, Failed, true, GiveUp)]
    [InlineData(Idempotent, Streamed, Failed, true, GiveUp)]
    [InlineData(Unsafe, None, Failed, true, GiveUp)]
    [InlineData(Unsafe, Streamed, Failed, true, GiveUp)]
    // Answered badly: the same, for an answer shows that the request arrived.
    [InlineData(Safe, None, BadStatus, true, RetryElsewhere)]
    [InlineData(Idempotent, None, BadStatus, true, RetryElsewhere)]
    [InlineData(Safe, Streamed, BadStatus, true, GiveUp)]
    [InlineData(Idempotent, Streamed, BadStatus, true, GiveUp)]
    [InlineData(Unsafe, None, BadStatus, true, GiveUp)]
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

    [Fact]
    public void An_unsafe_request_that_was_possibly_sent_is_never_repeated()
    {
        var repeated =
            from outcome in Enum.GetValues<AttemptOutcome>()
            from body in Enum.GetValues<BodyKind>()
            from made in Enumerable.Range(1, 4)
            from left in new[] { true, false }
            let facts = new AttemptFacts(Unsafe, body, outcome, PossiblySent: true, made, MaxAttempts: 4, left)
            where AttemptPlan.Next(facts) == RetryElsewhere
            select facts;

        Assert.Empty(repeated);
    }

    [Theory]
    [InlineData(Safe, None, 1, 3, true, true)]
    [InlineData(Idempotent, None, 1, 3, true, true)]
    [InlineData(Unsafe, None, 1, 3, true, false)]
    [InlineData(Safe, Streamed, 1, 3, true, false)]
    [InlineData(Safe, None, 3, 3, true, false)]
    [InlineData(Safe, None, 1, 3, false, false)]
    public void An_attempt_is_cut_short_only_where_a_second_one_could_follow(
        RequestMethod method, BodyKind body, int made, int max, bool otherBackendLeft, bool expected) =>
        Assert.Equal(expected, AttemptPlan.MayCutShort(method, body, made, max, otherBackendLeft));
}
