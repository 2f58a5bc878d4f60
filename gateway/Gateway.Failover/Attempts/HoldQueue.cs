namespace Gateway.Failover.Attempts;

/// <summary>
/// Requests that wait for a backend, in the order in which they came. Bounded; whoever does not fit is told at once. Nothing here is on the way of a
/// request that can be served.
/// </summary>
internal sealed class HoldQueue
{
    private readonly Lock _gate = new();
    private readonly LinkedList<TaskCompletionSource<bool>> _waiting = [];
    private long _held;
    private long _refused;
    private long _releases;

    /// <summary>How often somebody became able to serve. Who has seen less than the latest need not wait.</summary>
    public long Releases => Interlocked.Read(ref _releases);

    /// <summary>How many wait.</summary>
    public int Count { get; private set; }

    /// <summary>How many have waited since the start, and how many found the queue full.</summary>
    public (long Held, long Refused) Totals => (Interlocked.Read(ref _held), Interlocked.Read(ref _refused));

    /// <summary>Joins the queue; null when it is full.</summary>
    /// <param name="seen">The releases before the request last looked for a backend. One that came since lets it try again at once.</param>
    public TaskCompletionSource<bool>? TryJoin(int most, long seen)
    {
        lock (_gate)
        {
            if (seen != _releases)
            {
                var atOnce = new TaskCompletionSource<bool>();
                atOnce.SetResult(true);
                return atOnce;
            }

            if (_waiting.Count >= most)
            {
                _refused++;
                return null;
            }

            _held++;
            var place = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.AddLast(place);
            Count = _waiting.Count;
            return place;
        }
    }

    /// <summary>No longer waits, whatever came of it.</summary>
    public void Leave(TaskCompletionSource<bool> place)
    {
        lock (_gate)
        {
            _waiting.Remove(place);
            Count = _waiting.Count;
        }
    }

    /// <summary>Somebody may be able to serve: lets everybody try, first come, first served.</summary>
    public void Release()
    {
        List<TaskCompletionSource<bool>> released;
        lock (_gate)
        {
            _releases++;
            released = [.. _waiting];
            _waiting.Clear();
            Count = 0;
        }

        released.ForEach(place => place.TrySetResult(true));
    }
}
