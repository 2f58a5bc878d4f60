using System.Net.Http;
using Gateway.Core;
using Gateway.Core.Attempts;
using Gateway.Failover.Engine;
using Gateway.Failover.Proxying;

namespace Gateway.Failover.Attempts;

/// <summary>What happens to an attempt from outside, while it is silent: the watch cuts it, hedges it, or ends its waiting.</summary>
internal sealed partial class AttemptInvoker
{
    private int _word;
    private Hedge? _hedge;
    private bool _silenceNoted;
    private bool _hedgeRefused;
    private bool _hedged;
    private bool _raced;

    /// <summary>Its place among those under way; the roster's.</summary>
    public AttemptInvoker?[]? Places { get; set; }

    public int Place { get; set; }

    /// <summary>Ended because the pool has left its backend, as the pool wants it.</summary>
    public bool ClosedWithBackend { get; private set; }

    public void CloseStream()
    {
        ClosedWithBackend = true;
        pool.Attempts.Streams.CountClosed();
        context.Abort();
    }

    /// <summary>The watch's look. Runs beside the request; whatever it wants to do, it has to win the word for.</summary>
    public void Check(Look look)
    {
        var word = Volatile.Read(ref _word);
        switch (AttemptWord.Phase(word))
        {
            case AttemptPhase.Waiting or AttemptPhase.Hedged:
                CheckAttempt(look, word);
                break;
            case AttemptPhase.Held when IsOver(look) || look.Now >= _failures!.HeldUntil:
                _failures!.Place?.TrySetResult(false);
                break;
        }
    }

    /// <summary>The hedge's: it has a good answer while the first attempt is still silent.</summary>
    public void HedgeAnswered(Hedge hedge)
    {
        var word = AttemptWord.Of(hedge.Beside, AttemptPhase.Hedged);
        if (Interlocked.CompareExchange(ref _word, AttemptWord.With(word, AttemptPhase.HedgeWon), word) == word)
        {
            hedge.Rival.Cancel();
        }
    }

    private void Open()
    {
        _silenceNoted = false;
        Volatile.Write(ref _word, AttemptWord.Of(Made, AttemptPhase.Waiting));
    }

    /// <summary>The attempt is over; from here on the watch keeps its hands off.</summary>
    private AttemptPhase End()
    {
        var phase = AttemptWord.Phase(Interlocked.Exchange(ref _word, AttemptWord.Of(Made, AttemptPhase.Idle)));
        // A body may go on being sent under the token after the answer began.
        if (phase is AttemptPhase.Waiting or AttemptPhase.Hedged && Body == BodyKind.None)
        {
            _cancellation.Return();
        }

        return phase;
    }

    private void CheckAttempt(Look look, int word)
    {
        var silent = look.Since(_began);
        if (Due(look, silent) is { } end)
        {
            var cancellation = _cancellation;
            if (Interlocked.CompareExchange(ref _word, AttemptWord.With(word, end), word) == word)
            {
                cancellation.Cancel();
            }

            return;
        }

        // What looks like silence may be this process not having had its turn.
        silent -= look.Late;
        if (_lane is not { } lane)
        {
            return;
        }

        if (!_silenceNoted && silent > _route.SlowAfter)
        {
            _silenceNoted = true;
            lane.NoteSilence(_began, look.Now);
        }
        else if (_silenceNoted)
        {
            lane.NoteStillSilent(look.Now);
        }

        if (AttemptWord.Phase(word) == AttemptPhase.Waiting && silent >= lane.HedgeAfter && !_hedgeRefused && Made == 1)
        {
            TryHedge(look, word);
        }
    }

    private AttemptPhase? Due(Look look, TimeSpan silent)
    {
        var options = pool.Setup.Options.Attempts;
        if (IsOver(look))
        {
            return _cancelled.IsCancellationRequested ? AttemptPhase.RequestCancelled : AttemptPhase.DeadlinePassed;
        }

        var now = pool.View;
        if (Current is { } backend && now.HasDrained(backend.Id))
        {
            return AttemptPhase.BackendDown;
        }

        // A backend on trial is no candidate: all of those are left.
        var anotherIsLeft = now.Candidates.Length > (_isTrial ? Made - 1 : Made) || IsLeft(now);
        // Where nobody else is left, a slow connection is better than none.
        if (anotherIsLeft && silent >= options.ConnectTimeout && (_tracking is { PossiblySent: false } || _replay is { PossiblySent: false }))
        {
            return AttemptPhase.NotConnected;
        }

        if (!AttemptPlan.MayCutShort(_method, Body, Made, options.Max, anotherIsLeft))
        {
            return null;
        }

        return IsLeft(now) ? AttemptPhase.BackendDown : silent >= options.Timeout ? AttemptPhase.TimedOut : null;
    }

    private bool IsOver(Look look) => _cancelled.IsCancellationRequested || look.Since(arrived) >= pool.Setup.Deadline;

    /// <summary>The backend was taken down, and another can serve. One on trial is down all the time.</summary>
    private bool IsLeft(PoolView now) =>
        !_isTrial && Current is { } backend && !ReferenceEquals(now, view) && now.IsDown(backend.Id)
        && !now.Candidates.Contains(backend.Id, StringComparer.OrdinalIgnoreCase);

    private void TryHedge(Look look, int word)
    {
        var options = pool.Setup.Options;
        if (!AttemptPlan.MayHedge(_method, Body, Made, options.Attempts.Max) || Current is null
            || Candidates.NextForHedge(pool, route, _method, Current.Id) is not { } next
            || !pool.Members.TryGetValue(next.DestinationId, out var backend))
        {
            return;
        }

        if (!pool.Attempts.Budget.TrySpend(options.Budget))
        {
            _hedgeRefused = true;
            return;
        }

        var message = RequestShape.CopyFor(_request, _destination, next, pool.View);
        var hedge = new Hedge(this, services.Clients.Of(backend, route.Cluster), message, next, backend, _route.LaneOf(backend), look.Now, Made, _cancellation);
        _hedge = hedge;
        if (Interlocked.CompareExchange(ref _word, AttemptWord.With(word, AttemptPhase.Hedged), word) == word)
        {
            _hedged = true;
            backend.Begin();
            ThreadPool.UnsafeQueueUserWorkItem(hedge, preferLocal: false);
        }
    }

    /// <summary>The hedge was answered first: it is the attempt now.</summary>
    private void AdoptWinner(HttpResponseMessage? late)
    {
        late?.Dispose();
        Current?.Count(AttemptEnd.Lost);
        if (_isTrial && Current is { } tried)
        {
            services.Inbox.AttemptFailed(
                pool, tried, new Fault(FaultKind.Timeout, "no answer before another backend's"), tried.AddToStreak(), isTrial: true);
        }

        EndTrial();
        _lane?.NoteOvertaken(_silenceNoted, services.Clock.Time.GetTimestamp());
        if (pool.View.SuspectsActive || pool.View.IsDown(_destination.DestinationId))
        {
            // Its backend is in doubt: without the hedge the client would still wait.
            Failing().Because(RescueReason.Silent);
        }

        Become(_hedge!);
    }

    /// <summary>The first attempt ended by itself while a hedge is under way: a good answer beats it, a bad one leaves it as the only hope.</summary>
    private bool Adopts(HttpResponseMessage? response, AttemptOutcome outcome, AttemptPhase phase)
    {
        // Between the making of a hedge and its start the attempt may have ended: then there is none.
        var isUnderWay = phase == AttemptPhase.Hedged || (phase != AttemptPhase.Waiting && _hedged);
        if (!isUnderWay || _hedge is not { } hedge || Made != hedge.Beside)
        {
            return false;
        }

        if (outcome is AttemptOutcome.Good or AttemptOutcome.ClientLeft or AttemptOutcome.DeadlinePassed)
        {
            Made++;
            _raced = true;
            hedge.Lose();
            return false;
        }

        if (response is not null)
        {
            Failing().FirstAnswer = (response, _destination);
        }

        Failing().NoteTried(_destination.DestinationId);
        Become(hedge);
        return true;
    }

    /// <summary>A hedge has won if the client gets its answer, and it is a good one.</summary>
    private void CountHedge(AttemptOutcome outcome)
    {
        if (_raced)
        {
            pool.Attempts.CountHedge(won: outcome == AttemptOutcome.Good && _adopted is not null);
        }
    }

    private void Become(Hedge hedge)
    {
        Made++;
        (_raced, _isTrial) = (true, false);
        RequestShape.Retarget(_request, _destination, hedge.Destination, pool.View);
        (_destination, _client, _cancellation, _lane, _began) = (hedge.Destination, hedge.Client, hedge.Cancellation, hedge.Lane, hedge.Began);
        Current?.Finish();
        Current = hedge.Backend;
        _adopted = hedge.Answer;
        Open();
    }

    /// <summary>Waits for a backend that can take the request, then begins an attempt there.</summary>
    /// <returns>False when there was none in time.</returns>
    private async Task<bool> HoldAsync()
    {
        var (failures, hold, options) = (Failing(), pool.Attempts.Hold, pool.Setup.Options.Hold);
        failures.NotServed = true;
        if (failures.HeldUntil == 0)
        {
            failures.HeldUntil = services.Clock.Time.GetTimestamp() + (long)(options.Timeout.TotalSeconds * services.Clock.Time.TimestampFrequency);
        }

        while (!_cancelled.IsCancellationRequested && services.Clock.Time.GetTimestamp() < failures.HeldUntil)
        {
            // Whoever comes back from here on is not missed.
            var seen = hold.Releases;
            failures.ForgetRevived();
            if (Candidates.Next(pool, route, _method, failures.Tried) is not { } found)
            {
                if (!await WaitAsync(hold, options.Max, seen))
                {
                    break;
                }

                continue;
            }

            if (_possiblySent && !_isPaid && !pool.Attempts.Budget.TrySpend(pool.Setup.Options.Budget))
            {
                failures.OverBudget = true;
                break;
            }

            (failures.NotServed, _isPaid) = (false, false);
            return Begin(found);
        }

        return false;
    }

    private async Task<bool> WaitAsync(HoldQueue hold, int most, long seen)
    {
        if (hold.TryJoin(most, seen) is not { } place)
        {
            return false;
        }

        Failing().Place = place;
        Volatile.Write(ref _word, AttemptWord.Of(Made, AttemptPhase.Held));
        var released = await place.Task;
        Volatile.Write(ref _word, AttemptWord.Of(Made, AttemptPhase.Idle));
        if (!released)
        {
            hold.Leave(place);
        }

        return released;
    }
}
