using Gateway.Core;
using Gateway.Failover.Engine;

namespace Gateway.Failover.Incidents;

/// <summary>
/// Looks at the ends of requests while something may be wrong: the longest wait, the last error, and how long nobody got a good answer. It is
/// there for the time of an incident only, so its lock is on the way of no request that comes while all is well.
/// </summary>
/// <remarks>
/// Nobody got a good answer from the moment at which a request was made that failed, or from the last good answer if that came later, until
/// the next good answer. A request that waited and was answered well in the end shows in the longest wait and not here. Where nobody asks,
/// the time counts in which the pool was exhausted.
/// </remarks>
internal sealed class IncidentWatch(Instant since)
{
    private readonly Lock _gate = new();
    private TimeSpan _longest = TimeSpan.MinValue;
    private Instant? _lastError;
    private Instant? _lastGood;
    private Instant? _unansweredSince;
    private TimeSpan _unanswered;

    public Instant Since => since;

    public void Ended(RequestEnd end, Instant at, TimeSpan took, bool isStream)
    {
        lock (_gate)
        {
            if (!isStream && took > _longest)
            {
                _longest = took;
            }

            if (end is RequestEnd.Ok or RequestEnd.Rescued)
            {
                Answered(at);
            }
            else if (end == RequestEnd.Failed)
            {
                _lastError = at;
                Unanswered(isStream ? at : Instant.Latest(since, new Instant(at.Ticks - took.Ticks)));
            }
        }
    }

    public void AttemptFailed(Instant at)
    {
        lock (_gate)
        {
            _lastError = at;
        }
    }

    /// <summary>Nobody can serve, asked or not.</summary>
    public void Exhausted(Instant at)
    {
        lock (_gate)
        {
            Unanswered(at);
        }
    }

    /// <summary>Somebody can serve again.</summary>
    public void Relieved(Instant at)
    {
        lock (_gate)
        {
            Answered(at);
        }
    }

    public IncidentWaits Read(Instant now)
    {
        lock (_gate)
        {
            var open = _unansweredSince is { } begun && now > begun ? now - begun : TimeSpan.Zero;
            return new IncidentWaits(_longest == TimeSpan.MinValue ? null : _longest, _lastError, _unanswered + open);
        }
    }

    private void Unanswered(Instant from) => _unansweredSince ??= _lastGood is { } good ? Instant.Latest(good, from) : from;

    private void Answered(Instant at)
    {
        if (_unansweredSince is { } begun && at > begun)
        {
            _unanswered += at - begun;
        }

        (_unansweredSince, _lastGood) = (null, at);
    }
}

/// <summary>What a watch has seen.</summary>
/// <param name="Longest">Null when no request ended.</param>
/// <param name="LastError">The last request, or attempt of one, that failed.</param>
/// <param name="Unanswered">How long nobody got a good answer.</param>
internal sealed record IncidentWaits(TimeSpan? Longest, Instant? LastError, TimeSpan Unanswered);
