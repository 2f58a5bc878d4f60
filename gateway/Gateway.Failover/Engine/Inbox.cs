using System.Threading.Channels;
using Gateway.Core;
using Gateway.Failover.Configuration;
using Gateway.Failover.Configuration.Amending;

namespace Gateway.Failover.Engine;

/// <summary>What waits for the engine.</summary>
internal abstract record Letter
{
    private Letter()
    {
    }

    public sealed record Observed(PoolId Pool, PoolInput Input) : Letter;

    public sealed record Asked(PoolId Pool, PoolInput Input, TaskCompletionSource<Answer> Answer) : Letter;

    public sealed record Reconfigure(AcceptedConfig Config, TaskCompletionSource Done) : Letter;

    /// <summary>A configuration that an operator has changed. The engine takes it, or whoever is tired of waiting withdraws it: never both.</summary>
    public sealed record Amended(AcceptedConfig Config, Amendment.Change Change, TaskCompletionSource<Answer> Answer) : Letter
    {
        private int _taken;

        public bool TryTake() => Interlocked.Exchange(ref _taken, 1) == 0;
    }

    /// <summary>The engine's own timer went off.</summary>
    public sealed record TimeIsUp : Letter
    {
        public static readonly TimeIsUp Instance = new();
    }
}

/// <summary>The engine's answer to a command.</summary>
internal sealed record Answer(bool Accepted, long Sequence, Epoch Epoch, string Sentence);

/// <summary>
/// The one bounded queue into the engine. Observations that do not fit are dropped and counted: they say what the next ones will say again,
/// and a request must never wait for the engine.
/// </summary>
internal sealed class Inbox(ConfigGate gate, PoolDirectory pools, EngineClock clock)
{
    private readonly Channel<Letter> _letters = Channel.CreateBounded<Letter>(
        new BoundedChannelOptions(gate.Current.Options.Engine.InboxCapacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private long _dropped;

    public ChannelReader<Letter> Letters => _letters.Reader;

    public long Dropped => Interlocked.Read(ref _dropped);

    /// <param name="isTrial">The attempt was one of the backend's trials. What else fails there has begun before them, and says nothing of today.</param>
    public void AttemptFailed(Pool pool, Backend backend, Fault fault, long streak, bool isTrial)
    {
        var (view, now) = (pool.View, clock.Now);
        // At once and not when the engine comes to it: this very request may be over by then, and it is the first of the incident.
        pool.Watch(now).AttemptFailed(now);
        if (isTrial || !view.State.Tuning.Enforced || !view.IsOnTrial(backend.Id))
        {
            Post(pool, new PoolInput.AttemptFailed(now, pool.Counters.Tally, new BackendId(backend.Id), fault, streak));
        }
    }

    public void AttemptSucceeded(Pool pool, Backend backend) =>
        Post(pool, new PoolInput.AttemptSucceeded(clock.Now, pool.Counters.Tally, new BackendId(backend.Id)));

    public void AttemptsCounted(Pool pool, Backend backend, Outcomes outcomes) =>
        Post(pool, new PoolInput.AttemptsCounted(clock.Now, pool.Counters.Tally, new BackendId(backend.Id), outcomes));

    public void Emptied(Pool pool, BackendId backend) => Post(pool, new PoolInput.Emptied(clock.Now, pool.Counters.Tally, backend));

    public void AttemptSilent(Pool pool, Backend backend, string route, long silent, TimeSpan lasted, bool othersAnswer)
    {
        var now = clock.Now;
        var since = new Instant(now.Ticks - lasted.Ticks);
        Post(pool, new PoolInput.AttemptSilent(now, pool.Counters.Tally, new BackendId(backend.Id), route, silent, since, othersAnswer));
    }

    public void AnswersResumed(Pool pool, Backend backend) =>
        Post(pool, new PoolInput.AnswersResumed(clock.Now, pool.Counters.Tally, new BackendId(backend.Id)));

    public void ConnectionRefused(Pool pool, Backend backend, Fault fault) =>
        Post(pool, new PoolInput.ConnectionRefused(clock.Now, pool.Counters.Tally, new BackendId(backend.Id), fault));

    public void FirstAnswered(Pool pool, FirstAnswer awaited, Instant? askedAt) =>
        Post(pool, new PoolInput.FirstAnswered(clock.Now, pool.Counters.Tally, awaited.Epoch) { AskedAt = askedAt });

    public void ProbeCompleted(Pool pool, BackendId backend, ProbeOutcome outcome) =>
        Post(pool, new PoolInput.ProbeCompleted(clock.Now, pool.Counters.Tally, backend, outcome));

    public void TimeIsUp() => Write(Letter.TimeIsUp.Instance);

    /// <summary>Asks the engine, and waits for its answer.</summary>
    /// <returns>The answer, or null when the pool is not known.</returns>
    /// <exception cref="TimeoutException">The engine did not answer within the command timeout.</exception>
    public async Task<Answer?> AskAsync(string poolId, Command command, string by, CancellationToken cancel)
    {
        if (pools.Find(poolId) is not { } pool)
        {
            return null;
        }

        var answer = new TaskCompletionSource<Answer>(TaskCreationOptions.RunContinuationsAsynchronously);
        var input = new PoolInput.Commanded(clock.Now, pool.Counters.Tally, command, by);
        if (!Write(new Letter.Asked(pool.Id, input, answer)))
        {
            throw new TimeoutException("The engine is overloaded; the command was not taken.");
        }

        return await answer.Task.WaitAsync(gate.Current.Options.Operators.CommandTimeout, clock.Time, cancel);
    }

    /// <summary>Has the engine take a configuration that an operator has changed. Waits on this thread, which holds the gate.</summary>
    /// <returns>The answer; null when the engine did not take it in time, and will not.</returns>
    public Answer? Amend(AcceptedConfig config, Amendment.Change change)
    {
        var letter = new Letter.Amended(config, change, new TaskCompletionSource<Answer>(TaskCreationOptions.RunContinuationsAsynchronously));
        if (!Write(letter))
        {
            return null;
        }

        var limit = gate.Current.Options.Operators.CommandTimeout;
        if (!letter.Answer.Task.Wait(limit) && letter.TryTake())
        {
            return null;
        }

        // Taken is taken: its pools may have changed, so the configuration has to follow them, answer or not.
        return letter.Answer.Task.Wait(limit)
            ? letter.Answer.Task.Result
            : new Answer(Accepted: true, Sequence: 0, pools.Find(change.Pool.Value)?.View.State.Epoch ?? Epoch.First, $"{change.Because}.");
    }

    public async Task ReconfigureAsync(AcceptedConfig config, CancellationToken cancel)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await _letters.Writer.WriteAsync(new Letter.Reconfigure(config, done), cancel);
        await done.Task.WaitAsync(cancel);
    }

    private void Post(Pool pool, PoolInput input) => Write(new Letter.Observed(pool.Id, input));

    private bool Write(Letter letter)
    {
        var written = _letters.Writer.TryWrite(letter);
        if (!written)
        {
            Interlocked.Increment(ref _dropped);
        }

        return written;
    }
}
