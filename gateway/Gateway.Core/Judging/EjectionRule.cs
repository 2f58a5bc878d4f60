namespace Gateway.Core.Judging;

/// <summary>
/// Whether, and for how long, live traffic takes a backend out although its probe passes. The three judges of live traffic (rows of failures, shares
/// of failures and slow answers, silence) all end here.
/// </summary>
/// <remarks>
/// Every repeat doubles the time, up to a limit, and each stretch of good time takes one repeat back: who fails again as soon as it is back is
/// tried more and more rarely, and a bad day last week costs nothing. Two bounds keep the cure from being worse than the sickness: the last backend that
/// can serve is never ejected, because one that fails some requests is better than none; and of a tier that nobody else can relieve
/// only a share is, because what fails at many of its backends at once is rarely the backends. As Envoy's outlier detection, whose
/// <c>max_ejection_percent</c> this is; the growth of its ejection time too, but for the doubling.
/// </remarks>
internal static class EjectionRule
{
    /// <param name="code">The rule that wants the ejection.</param>
    /// <param name="because">What was found, as the end of a sentence: "after 3 failed requests in a row (answered 500)".</param>
    public static Decision Eject(
        PoolState pool, BackendState backend, PoolInput input, Cause cause, Evidence evidence, ReasonCode code, string because)
    {
        if (Spared(pool, backend, input.At) is not { } why)
        {
            return Decision.Of(code, Ejected(pool.Tuning, backend, input, cause, evidence, $"{backend.Id} is ejected {because}"));
        }

        var sentence = $"{backend.Id} is suspected, and not ejected {because}: {why}.";
        // Said once in the time of an ejection: the passed probes clear the suspicion again and again, and the next request raises it.
        var isSaid = backend.Health == Health.Suspected || input.At < backend.SparedAt + pool.Tuning.EjectionTime;
        return isSaid
            ? Decision.Quiet(ReasonCode.Spared, sentence, new PoolEvent.EvidenceNoted(input.At, backend.Id, evidence))
            : Decision.Of(ReasonCode.Spared, new PoolEvent.BackendSuspected(input.At, backend.Id, cause, evidence, sentence) { Spared = true });
    }

    /// <param name="what">The sentence without its end.</param>
    public static PoolEvent.BackendWentDown Ejected(
        PoolTuning tuning, BackendState backend, PoolInput input, Cause cause, Evidence evidence, string what)
    {
        var times = 1 + Remembered(tuning, backend, input.At);
        var time = Time(tuning, times);
        var again = times > 1 ? $"{what}, for {Words.Span(time)}: it is the {Words.Ordinal(times)} time." : $"{what}.";
        return new PoolEvent.BackendWentDown(input.At, backend.Id, cause, Ejected: true, evidence, again) { Until = input.At + time, Ejections = times };
    }

    /// <summary>Its ejections that good time has not made up for yet.</summary>
    public static int Remembered(PoolTuning tuning, BackendState backend, Instant now)
    {
        var good = backend is { Health: not Health.Down, UpSince: { } since } ? now - since : TimeSpan.Zero;
        var forgotten = tuning.EjectionMemory > TimeSpan.Zero ? (long)(good / tuning.EjectionMemory) : long.MaxValue;
        return (int)Math.Max(0, backend.Ejections - forgotten);
    }

    private static TimeSpan Time(PoolTuning tuning, int times)
    {
        var (time, limit) = (tuning.EjectionTime, tuning.EjectionLimit);
        for (var repeat = 1; repeat < times && time < limit; repeat++)
        {
            time *= 2;
        }

        return time < limit || times == 1 ? time : limit;
    }

    private static string? Spared(PoolState pool, BackendState backend, Instant now)
    {
        var own = pool.Definition.Tiers[pool.Definition.FindTier([backend.Id])];
        if (IsRelieved(pool, own, now))
        {
            return null;
        }

        var (fitBesides, inService, ejected) = (0, 0, 1);
        foreach (var member in pool.Members(own))
        {
            fitBesides += member.Id != backend.Id && member.IsFit ? 1 : 0;
            inService += member.Admin == Admin.InService ? 1 : 0;
            ejected += member.Id != backend.Id && member.Ejected && member.Admin == Admin.InService ? 1 : 0;
        }

        return (fitBesides == 0, ejected > Math.Max(1, (int)(pool.Tuning.MaxEjected * inService))) switch
        {
            (true, _) => "nobody else could serve",
            (_, true) => $"{Words.Count(ejected - 1, "backend")} of its tier {(ejected == 2 ? "is" : "are")} ejected already, and no other tier could take over",
            _ => null,
        };
    }

    // Whether another tier would take the requests: one with the backends that it needs, if the verdict may move or a standby gets everything anyway.
    private static bool IsRelieved(PoolState pool, Tier own, Instant now)
    {
        var mayMove = !pool.Held && (Restlessness.FailoverAllowedAt(pool) is not { } allowed || allowed <= now);
        foreach (var tier in pool.Definition.Tiers)
        {
            if (tier != own && (tier == pool.Active || mayMove || pool.Tuning.StandbyServes) && Ranking.Fit(pool, tier) >= Ranking.Required(pool, tier))
            {
                return true;
            }
        }

        return false;
    }
}
