using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Gateway.Core;
using Gateway.Failover.Configuration;
using Gateway.Failover.Engine;

namespace Gateway.Failover.Live;

/// <summary>
/// Hands everything that happens to whoever watches, each through a bounded queue of its own, so that a slow client costs nobody else
/// anything. A client that lost messages is told so and begins anew with a snapshot.
/// </summary>
internal sealed class LiveFeed(ConfigGate gate, History history, Reporter reporter, LogRing logs, FiguresRing figures, EngineClock clock) : IReactor
{
    private const int SnapshotChanges = 100;
    private const int SnapshotEvents = 200;

    private ImmutableList<Subscriber> _subscribers = [];
    private long _gaps;

    public int Subscribers => Volatile.Read(ref _subscribers).Count;

    /// <summary>No further client may watch.</summary>
    public bool IsFull => Subscribers >= gate.Current.Options.Live.MaxSubscribers;

    public long Gaps => Interlocked.Read(ref _gaps);

    public void React(Step step)
    {
        if (step.Records.Count == 0 || Subscribers == 0)
        {
            return;
        }

        var state = reporter.Of(step.Pool, step.After);
        foreach (var record in step.Records)
        {
            Publish(Event(record, state));
        }
    }

    public void Publish(FeedMessage message)
    {
        foreach (var subscriber in Volatile.Read(ref _subscribers))
        {
            subscriber.Offer(message);
        }
    }

    /// <summary>
    /// The messages from a cursor on, or from a snapshot on when the cursor is null, unknown or too old. Ends only with
    /// <paramref name="cancel"/>, or at once when too many watch already.
    /// </summary>
    public async IAsyncEnumerable<FeedMessage> WatchAsync(string? cursor, [EnumeratorCancellation] CancellationToken cancel)
    {
        if (IsFull)
        {
            yield break;
        }

        // Listen first, look afterwards: what happens in between comes twice, which the sequence shows, and never not at all.
        var subscriber = new Subscriber(gate.Current.Options.Live.SubscriberBuffer);
        ImmutableInterlocked.Update(ref _subscribers, static (all, one) => all.Add(one), subscriber);
        try
        {
            foreach (var message in Beginning(cursor))
            {
                yield return message;
            }

            await foreach (var message in subscriber.ReadAsync(cancel))
            {
                yield return message;
                if (message is FeedMessage.Gap)
                {
                    Interlocked.Increment(ref _gaps);
                    yield return Snapshot();
                }
            }
        }
        finally
        {
            ImmutableInterlocked.Update(ref _subscribers, static (all, one) => all.Remove(one), subscriber);
        }
    }

    public FeedMessage.Snapshot Snapshot() => new(
        Cursor(history.LastSequence), clock.Time.GetUtcNow(), reporter.Gateway(), reporter.Pools(),
        [.. history.Changes.Take(SnapshotChanges).Select(Reporter.Of)], logs.Lines,
        [.. history.Events.TakeLast(SnapshotEvents).Select(Reporter.Of)], figures.Reports);

    private IEnumerable<FeedMessage> Beginning(string? cursor)
    {
        if (string.IsNullOrEmpty(cursor))
        {
            return [Snapshot()];
        }

        var events = history.Events;
        return Parse(cursor) is { } since && since >= history.Inherited && since <= history.LastSequence
            && (events.IsEmpty || since >= events[0].Sequence - 1)
            ? Missed(events.Where(record => record.Sequence > since).ToList())
            : [FeedMessage.Gap.Instance, Snapshot()];
    }

    // What was missed is told with the state as it is now; the states in between are nobody's business any more.
    private IEnumerable<FeedMessage> Missed(List<Recorded> records)
    {
        var states = reporter.Pools().ToDictionary(pool => pool.Id, StringComparer.OrdinalIgnoreCase);
        return records.Where(record => states.ContainsKey(record.Pool.Value)).Select(record => Event(record, states[record.Pool.Value]));
    }

    private FeedMessage.Event Event(Recorded record, PoolReport state)
    {
        var epoch = record.Event switch
        {
            PoolEvent.ActiveChanged e => e.Epoch,
            PoolEvent.ChangeMeasured e => e.Epoch,
            _ => (Epoch?)null,
        };
        var change = epoch is { } number && history.Find(record.Pool, number) is { } found ? Reporter.Of(found) : null;
        return new FeedMessage.Event(
            Cursor(record.Sequence), record.Sequence, record.At, record.Pool.Value, record.Event.GetType().Name, record.Event.Sentence, record.Event.Enforced, state,
            change);
    }

    private string Cursor(long sequence) => $"{history.Id}:{sequence}";

    private long? Parse(string cursor) =>
        cursor.Split(':') is [var id, var number] && id == history.Id && long.TryParse(number, out var sequence) ? sequence : null;

    private sealed class Subscriber(int bound)
    {
        private readonly Channel<FeedMessage> _messages = Channel.CreateBounded<FeedMessage>(
            new BoundedChannelOptions(bound) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

        private int _lost;

        public void Offer(FeedMessage message)
        {
            if (!_messages.Writer.TryWrite(message))
            {
                Volatile.Write(ref _lost, 1);
            }
        }

        public async IAsyncEnumerable<FeedMessage> ReadAsync([EnumeratorCancellation] CancellationToken cancel)
        {
            await foreach (var message in _messages.Reader.ReadAllAsync(cancel))
            {
                yield return message;
                if (Interlocked.Exchange(ref _lost, 0) == 1)
                {
                    // What is still queued is older than the snapshot that follows.
                    while (_messages.Reader.TryRead(out _))
                    {
                    }

                    yield return FeedMessage.Gap.Instance;
                }
            }
        }
    }
}
