using Gateway.Failover.Attempts.Replay;
using Gateway.Failover.Attempts.Upstream;
using Gateway.Failover.Engine;
using Gateway.Failover.Proxying;

namespace Gateway.Failover.Attempts;

/// <summary>What every request's attempts have at hand.</summary>
internal sealed record AttemptServices(
    BackendClients Clients, AttemptWatch Watch, Inbox Inbox, EngineClock Clock, ReplayLimit ReplayLimit, LoopGuard LoopGuard, Chance Chance);
