using Gateway.Failover.Configuration.Amending;
using Gateway.Failover.Engine;

namespace Gateway.Failover.Configuration;

internal sealed partial class ConfigGate
{
    // For the disk, while a caller waits.
    private static readonly TimeSpan KeepLimit = TimeSpan.FromSeconds(2);

    /// <summary>
    /// An operator's change of the backends. It is put on top of what the configuration in force says, not of what a file says at this moment: a file
    /// that is broken, or half saved, must not keep somebody from adding a backend in an outage. Checked like a reload, and never beside one.
    /// </summary>
    /// <param name="change">What shall be changed in the configuration in force, or why not.</param>
    /// <param name="take">
    /// Has the engine take the result, and answers what it said; null when it did not answer. Asked before anybody else sees the result, because only
    /// the engine knows the pool's state for certain.
    /// </param>
    /// <param name="limit">How long a reload under way is waited for.</param>
    /// <returns>The engine's answer, and why the change is not kept over a restart, if it is not. No answer: neither was anything changed.</returns>
    public (Answer? Answer, string? NotKept) Amend(
        Func<AcceptedConfig, Amendment> change, Func<AcceptedConfig, Amendment.Change, Answer?> take, TimeSpan limit)
    {
        if (!_reloading.TryEnter(limit))
        {
            return (null, null);
        }

        try
        {
            return change(Current) switch
            {
                Amendment.Refused refused => (Refuse(refused.Sentence), null),
                Amendment.Change wanted => Amend(wanted, take),
                _ => throw new System.Diagnostics.UnreachableException(),
            };
        }
        finally
        {
            _reloading.Exit();
        }
    }

    private (Answer? Answer, string? NotKept) Amend(Amendment.Change wanted, Func<AcceptedConfig, Amendment.Change, Answer?> take)
    {
        var errors = new List<string>();
        if (Accept(Current.Provided, wanted.Amendments, errors, []) is not { } config)
        {
            return (Refuse(string.Join(" ", errors)), null);
        }

        var answer = take(config, wanted);
        if (answer is not { Accepted: true })
        {
            return (answer, null);
        }

        Publish(config)();
        return (answer, _file.Keep(config.Amendments, KeepLimit));
    }

    private static Answer Refuse(string sentence) => new(Accepted: false, Sequence: 0, new Core.Epoch(0), sentence);

    // What was kept may be older than the configuration, and must never keep the gateway from starting.
    private AcceptedConfig Started(ProvidedConfig provided)
    {
        var (errors, lapsed) = (new List<string>(), new List<string>());
        var kept = _file.Open(provided.Options.Journal.Path);
        if (Accept(provided, kept, errors, lapsed) is not { } config)
        {
            _file.SetAside(string.Join(" ", errors).TrimEnd('.'));
            return Accepted(provided, provided, Amendments.None);
        }

        Keep(config, lapsed);
        return config;
    }

    private AcceptedConfig? Accept(ProvidedConfig provided, Amendments amendments, List<string> errors, List<string> lapsed)
    {
        var settled = Lapses.Settle(provided, amendments, lapsed);
        var amended = provided.Amended(settled);
        if (!settled.IsEmpty)
        {
            Check(amended, errors);
        }

        return errors.Count > 0 ? null : Accepted(provided, amended, settled);
    }

    private void Keep(AcceptedConfig config, List<string> lapsed)
    {
        if (lapsed.Count > 0)
        {
            _file.Keep(config.Amendments, KeepLimit);
        }

        foreach (var sentence in lapsed)
        {
            Log.Lapsed(_log, sentence);
        }
    }
}
