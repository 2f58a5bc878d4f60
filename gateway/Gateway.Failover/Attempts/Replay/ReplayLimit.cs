namespace Gateway.Failover.Attempts.Replay;

/// <summary>How much of all clients' bodies together is kept for another attempt. One per gateway, shared by all requests.</summary>
/// <param name="totalBytes">The most that is kept at one time.</param>
internal sealed class ReplayLimit(long totalBytes)
{
    private long _held;
    private long _overflows;

    /// <summary>Bytes that are reserved now: whole blocks, filled or not.</summary>
    public long BytesHeld => Interlocked.Read(ref _held);

    /// <summary>How many bodies were too large for their request's limit or found no room under this one.</summary>
    public long Overflows => Interlocked.Read(ref _overflows);

    /// <summary>Never lets the sum above the total, not for an instant: a gauge that reads in between is to be believed.</summary>
    public bool TryReserve(int bytes)
    {
        var held = Interlocked.Read(ref _held);
        while (held <= totalBytes - bytes)
        {
            var seen = Interlocked.CompareExchange(ref _held, held + bytes, held);
            if (seen == held)
            {
                return true;
            }

            held = seen;
        }

        return false;
    }

    public void Return(int bytes) => Interlocked.Add(ref _held, -bytes);

    public void CountOverflow() => Interlocked.Increment(ref _overflows);
}
