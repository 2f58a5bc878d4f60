using Gateway.Core;
using Gateway.Simulation.Gateways;
using Gateway.Simulation.Worlds;

namespace Gateway.Simulation.Checks;

/// <summary>
/// 14. Crash at any point and replay of the journal gives the state after the last event that was written, in all that matters: verdict, epoch, the operators'
/// words, who is down and until when, the changes of the hour.
/// </summary>
internal sealed class SameAfterCrash(World world) : Check(world, 14)
{
    private readonly Line?[] _last = new Line?[world.Peers.Length];
    private readonly bool[] _oftener = new bool[world.Peers.Length];

    public override void Crashed(Peer peer, Line? last) => _last[peer.Index] = last;

    public override void Restarted(Peer peer, Ledger ledger)
    {
        var last = _last[peer.Index];
        var was = last?.After ?? PoolState.Create(peer.State.Definition, default);
        var pool = peer.State;
        Same(was.Epoch, pool.Epoch, "epoch");
        Same(was.ActiveTier, pool.ActiveTier, "active tier");
        Same(was.ObeyedTier, pool.ObeyedTier, "tier that is obeyed");
        Same(was.Held, pool.Held, "hold");
        Same(was.Pinned, pool.Pinned, "operator's choice");
        Same(was.Forced, pool.Forced, "force");
        Same(was.Revision, pool.Revision, "revision");
        Same(was.RestsUntil is null, pool.RestsUntil is null, "rest");
        foreach (var (id, backend) in was.Backends)
        {
            Backend(backend, pool.Backends[id]);
        }

        // A wall clock that was set moves the past; two crashes in a row would read it twice.
        if (last is not null && peer.Clock.Set == 0 && !_oftener[peer.Index])
        {
            Times(peer, last, pool);
        }

        _oftener[peer.Index] = true;
    }

    private void Backend(BackendState was, BackendState now)
    {
        Same(was.Admin, now.Admin, $"operator's word on {was.Id}");
        Same(was.Drained, now.Drained, $"end of the drain of {was.Id}");
        Same(was.DrainUntil is null, now.DrainUntil is null, $"deadline of the drain of {was.Id}");
        Same(was.Health == Health.Down ? Health.Down : Health.Unknown, now.Health, $"health of {was.Id}");
        Same(was.Ejected, now.Ejected, $"ejection of {was.Id}");
        Same(was.OnTrial, now.OnTrial, $"trial of {was.Id}");
        Same(was.Ejection is { Lapsed: true }, now.Ejection is { Lapsed: true }, $"lapsed trial of {was.Id}");
        Same(was.Ejections, now.Ejections, $"number of ejections of {was.Id}");
        Same(was.UpSince is null, now.UpSince is null, $"good time of {was.Id}");
        Same(was.StartsSlowly, now.StartsSlowly, $"slow start of {was.Id}");
    }

    private void Times(Peer peer, Line last, PoolState pool)
    {
        void Close(Instant? was, Instant? now, string what)
        {
            if (was is { } then && now is { } read)
            {
                var apart = (last.WallOrigin + TimeSpan.FromTicks(then.Ticks)) - peer.Clock.Wall(read);
                Require(apart.Duration() < TimeSpan.FromSeconds(1), $"the {what} is {apart.TotalSeconds:0.#} s off after a crash");
            }
        }

        Same(last.After.Changes.Length, pool.Changes.Length, "number of changes");
        Close(last.After.RestsUntil, pool.RestsUntil, "end of the rest");
        for (var index = 0; index < pool.Changes.Length; index++)
        {
            Close(last.After.Changes[index], pool.Changes[index], "time of a change");
        }

        foreach (var (id, backend) in last.After.Backends)
        {
            var now = pool.Backends[id];
            Close(backend.Ejection?.Until, now.Ejection?.Until, $"ejection of {id}");
            Close(backend.DrainUntil, now.DrainUntil, $"drain of {id}");
            Close(backend.UpSince, now.UpSince, $"good time of {id}");
        }
    }

    private void Same<T>(T was, T now, string what)
        where T : IEquatable<T> => Require(was.Equals(now), $"the {what} was {was} by the last line of the journal, and is {now} after a crash");

    private void Same(Enum was, Enum now, string what) => Require(was.Equals(now), $"the {what} was {was} by the last line of the journal, and is {now} after a crash");
}
