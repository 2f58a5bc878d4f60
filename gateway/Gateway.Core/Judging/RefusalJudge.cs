namespace Gateway.Core.Judging;

/// <summary>
/// Nobody listens at any address of the backend. A lost probe may be the network's fault, and a slow answer anybody's; a refusal is the backend's
/// own kernel saying that there is no such process. So one is enough, and a crash is known within milliseconds.
/// </summary>
internal static class RefusalJudge
{
    public static Decision Judge(BackendState backend, PoolTuning tuning, PoolInput.ConnectionRefused input)
    {
        var (at, id) = (input.At, backend.Id);
        var evidence = backend.Evidence.WithBadSignal(at, input.Tally) with { PassedProbes = 0 };
        return backend is { Health: Health.Down, Ejected: false }
            ? Decision.Quiet(ReasonCode.StillDown, $"{id} is still down ({input.Fault.Detail}).", new PoolEvent.EvidenceNoted(at, id, evidence))
            : Decision.Of(
                ReasonCode.NobodyListens,
                new PoolEvent.BackendWentDown(
                    at, id, Cause.Refused, Ejected: false, evidence, $"{id} is down: nobody listens at its address ({input.Fault.Detail}).")
                {
                    Ejections = EjectionRule.Remembered(tuning, backend, at),
                });
    }
}
