using Gateway.Core;
using Gateway.Simulation.Gateways;
using Gateway.Simulation.Worlds;

namespace Gateway.Simulation.Checks;

/// <summary>
/// 7. The active backend failing continuously while a standby is healthy is left within its detection bound; coming back follows the
/// failback policy.
/// </summary>
internal sealed class LeftInTime(World world) : Check(world, 7)
{
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ForAgreeing = TimeSpan.FromSeconds(30);

    private readonly TimeSpan[] _mayMoveSince = new TimeSpan[world.Peers.Length];

    public override void Stepped(in Step step)
    {
        foreach (var happened in step.Decision.Events)
        {
            if (happened is PoolEvent.ActiveChanged { Revision: 0 } change)
            {
                Returns(step, change);
            }
        }

        if (step.Decision.Proposal is { } proposal)
        {
            Returns(step, proposal.Verdict);
        }

        Leaves(step);
    }

    public override void Restarted(Peer peer, Ledger ledger) => _mayMoveSince[peer.Index] = World.Agenda.Now;

    private void Returns(in Step step, PoolEvent.ActiveChanged change)
    {
        if (change is not { Kind: ChangeKind.Failback, Cause: Cause.Preferred })
        {
            return;
        }

        var (tuning, ledger, stable, inService) = (step.After.Tuning, step.Ledger, 0, 0);
        foreach (var id in change.ToBackends)
        {
            ref var entry = ref ledger.Of(id);
            inService += step.After.Backends[id].Admin == Admin.InService ? 1 : 0;
            // What this very step has found needs no time where none is wanted.
            stable += step.After.Backends[id].IsSound && (tuning.StableTime == TimeSpan.Zero || (entry.SoundSince is { } since && step.Input.At - since >= tuning.StableTime)) ? 1 : 0;
        }

        Require(stable >= tuning.TierMinimum.Of(inService), $"back to {change.To}, of which {stable} are up for the stable time");
        Require(step.Input.At - ledger.ChangedAt >= tuning.MinTimeBetweenChanges, $"back to {change.To} too soon after the last change");
        Require(tuning.Failback == FailbackMode.Automatic, "back by itself although failback is not automatic");
        Require(!ledger.Held || step.Input is PoolInput.Commanded, "back by itself although the pool is held");
        Require(!ledger.Pinned, "back by itself although an operator chose the active tier");
    }

    private void Leaves(in Step step)
    {
        var (now, peer) = (World.Agenda.Now, step.Peer);
        ref var since = ref _mayMoveSince[peer.Index];
        var store = World.Store;
        if (step.After.Held || step.After.RestsUntil is not null || step.Ledger.Held || step.Ledger.Resting || IsAtLimit(step)
            || step.Before.ActiveTier != step.After.ActiveTier || step.Input is PoolInput.Configured || store?.Reaches(peer) == false)
        {
            since = now;
            return;
        }

        var reached = store is null ? TimeSpan.Zero : Latest(store.Link.Since, peer.StoreLink.Since);
        if (FailingSince(peer, step.After) is not { } failing || SoundSince(step) is not { } sound)
        {
            return;
        }

        var lasts = now - Latest(Latest(since, reached), Latest(failing, sound));
        Require(
            lasts <= Bound(step.After.Tuning),
            $"{step.After.Active.Name} fails for {lasts.TotalSeconds:0.#} s and somebody else is up, but the pool does not leave it; {Bound(step.After.Tuning).TotalSeconds:0.#} s are enough");
    }

    private TimeSpan Bound(PoolTuning tuning)
    {
        var probe = World.IsCalm ? TimeSpan.FromMinutes(10) : (World.Scenery.ProbeInterval * 1.2) + World.Scenery.ProbeTimeout;
        return ((tuning.Fall + 1) * probe) + Slack + (World.Store is null ? TimeSpan.Zero : ForAgreeing + (4 * probe));
    }

    // The onlooker's own count of the hour.
    private static bool IsAtLimit(in Step step)
    {
        var (most, count) = (step.After.Tuning.MaxChangesPerHour, 0);
        foreach (var change in step.Ledger.Changes)
        {
            count += step.Input.At - change < TimeSpan.FromHours(1) + Slack ? 1 : 0;
        }

        return most > 0 && count >= most;
    }

    /// <summary>Since when every backend of the active tier really fails everything, probes included; null when one does not.</summary>
    private TimeSpan? FailingSince(Peer peer, PoolState pool)
    {
        TimeSpan? since = null;
        foreach (var id in pool.Active.Backends)
        {
            if (pool.Backends[id].Admin != Admin.InService)
            {
                continue;
            }

            var (machine, link) = (World.Machines[Scenery.Machine(id)], peer.Links[Scenery.Machine(id)]);
            var failing = (link.Cut, machine.FailsProbes) switch
            {
                (true, true) => Latest(link.Since, machine.Since),
                (true, _) => link.Since,
                (_, true) => Latest(link.Since, machine.Since),
                _ => TimeSpan.MinValue,
            };
            if (failing == TimeSpan.MinValue)
            {
                return null;
            }

            since = Latest(since ?? TimeSpan.Zero, failing);
        }

        return since;
    }

    /// <summary>Since when another tier has had all the backends that it needs, as this gateway was told.</summary>
    private TimeSpan? SoundSince(in Step step)
    {
        TimeSpan? best = null;
        foreach (var tier in step.After.Definition.Tiers)
        {
            if (tier == step.After.Active)
            {
                continue;
            }

            var (inService, sound, latest) = (0, 0, new Instant(long.MinValue));
            foreach (var id in tier.Backends)
            {
                ref var entry = ref step.Ledger.Of(id);
                inService += step.After.Backends[id].Admin == Admin.InService ? 1 : 0;
                if (entry.SoundSince is { } since && step.After.Backends[id].IsSound)
                {
                    (sound, latest) = (sound + 1, Instant.Latest(latest, since));
                }
            }

            if (sound > 0 && sound >= step.After.Tuning.TierMinimum.Of(inService))
            {
                var at = World.Agenda.Now - (step.Input.At - latest);
                best = best is { } other && other < at ? other : at;
            }
        }

        return best;
    }

    private static TimeSpan Latest(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
