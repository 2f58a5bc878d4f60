using Gateway.Core;
using Gateway.Failover.Engine;

namespace Gateway.Failover.Incidents;

/// <summary>Makes of an incident what is told of it.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Pool">The pool's name.</param>
/// <param name="Before">How long requests took until a minute before, as a reading of the histogram; null when that is not known.</param>
internal sealed record IncidentAccount(long Id, string Pool, long[]? Before, EngineClock Clock)
{
    /// <param name="incident">What has happened.</param>
    /// <param name="counters">The pool's counters now, or at its end.</param>
    /// <param name="waits">What the requests' watch has seen.</param>
    /// <param name="end">How it ended.</param>
    /// <param name="now">Now, or its end.</param>
    public Incident Tell(OpenIncident incident, IncidentSample counters, IncidentWaits waits, IncidentEnd end, Instant now)
    {
        var (start, failover) = (incident.Start, incident.Failover);
        var verdict = failover?.Verdict;
        var told = new Incident
        {
            Id = Id,
            Pool = Pool,
            Kind = incident.Kind,
            End = end,
            StartedAt = Clock.Wall(start.At),
            EndedAt = end == IncidentEnd.Open ? null : Clock.Wall(now),
            DurationMs = (now - start.At).TotalMilliseconds,
            Cause = IncidentWords.Cause(incident),
            Moved = !incident.Changes.IsEmpty,
            DetectionMs = (failover?.Measured?.Detection ?? (verdict?.FirstSignalAt is { } signal ? verdict.At - signal : null))?.TotalMilliseconds,
            FailoverMs = failover?.Measured?.Failover?.TotalMilliseconds,
            Counts = counters.Since(start.Counters),
            LongestWaitMs = waits.Longest?.TotalMilliseconds,
            UnavailableMs = waits.Unanswered.TotalMilliseconds,
            Latency = new IncidentLatency(
                IncidentSample.Quantiles(Before, start.Counters.Latency), IncidentSample.Quantiles(start.Counters.Latency, counters.Latency),
                After: null),
            Timeline = [.. Moments(incident, waits, end, now).OrderBy(moment => moment.At)],
            Findings = [.. incident.Findings.Values],
            Evidence = [.. incident.Sentences.Select(e => new IncidentSentence(Clock.Wall(e.At), e.GetType().Name, e.Sentence))],
            EvidenceLeftOut = incident.LeftOut,
        };
        return told with { Sentence = IncidentWords.Sentence(told, failover) };
    }

    /// <summary>One that was open when its gateway stopped: what is known of it is all that there will be.</summary>
    public static Incident CutShort(Incident open)
    {
        var last = open.StartedAt + TimeSpan.FromMilliseconds(open.DurationMs);
        var closed = open with { End = IncidentEnd.GatewayStopped, EndedAt = last };
        var stopped = new IncidentMoment(
            IncidentMomentKind.Stopped, last, open.DurationMs, Epoch: null, $"The latest that is known: {IncidentWords.GatewayStopped}.");
        return closed with
        {
            Timeline = [.. open.Timeline, stopped],
            Sentence = open.Sentence.Replace(IncidentWords.Ending(open), IncidentWords.Ending(closed), StringComparison.Ordinal),
        };
    }

    private IEnumerable<IncidentMoment> Moments(OpenIncident incident, IncidentWaits waits, IncidentEnd end, Instant now)
    {
        IncidentMoment Moment(IncidentMomentKind kind, Instant at, string sentence, long? epoch = null) =>
            new(kind, Clock.Wall(at), (at - incident.Start.At).TotalMilliseconds, epoch, sentence);

        yield return Moment(IncidentMomentKind.FirstSignal, incident.Start.At, "The first bad signal came.");
        if (incident.Suspected is { } suspected)
        {
            yield return Moment(IncidentMomentKind.Suspicion, suspected.At, suspected.Sentence);
        }

        foreach (var verdict in incident.Changes.Select(change => change.Verdict))
        {
            yield return Moment(IncidentMomentKind.Verdict, verdict.At, verdict.Sentence, verdict.Epoch.Number);
        }

        if (incident.Exhausted is { } exhausted)
        {
            yield return Moment(IncidentMomentKind.Exhausted, exhausted.At, exhausted.Sentence);
        }

        if (incident.FirstAnswer is { } answered)
        {
            yield return Moment(IncidentMomentKind.FirstGoodAnswer, answered.At, answered.Sentence);
        }

        if (waits.LastError is { } error)
        {
            yield return Moment(IncidentMomentKind.LastError, error, "For the last time, a request or an attempt of one failed.");
        }

        if (end == IncidentEnd.Steady)
        {
            yield return Moment(IncidentMomentKind.Steady, now, $"{Pool} is steady.");
        }
        else if (end == IncidentEnd.PoolRemoved)
        {
            yield return Moment(IncidentMomentKind.Stopped, now, $"{Pool} was taken out of the configuration.");
        }
    }
}
