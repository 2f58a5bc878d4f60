namespace Gateway.Core.Judging;

/// <summary>
/// A backend that is about to stop may say so while it still answers, by its probe; then it gets no new requests and nobody notices its end. It is
/// not down: nothing is held against it, and one ordinary probe brings it back.
/// </summary>
internal static class LeavingJudge
{
    public static Decision Judge(BackendState backend, PoolInput.ProbeCompleted input, ProbeOutcome.Draining outcome)
    {
        // It answers: a row of failed probes is over.
        var noted = new PoolEvent.EvidenceNoted(input.At, backend.Id, backend.Evidence with { FailedProbes = 0 });
        return backend.Leaving
            ? Decision.Quiet(ReasonCode.Leaving, $"{backend.Id} still asks for no new requests ({outcome.Detail}).", noted)
            : Said(ReasonCode.Leaving, noted, new PoolEvent.BackendLeaving(
                input.At, backend.Id, $"{backend.Id} is draining by its own word: it asks for no new requests ({outcome.Detail})."));
    }

    private static Decision Said(ReasonCode code, PoolEvent noted, PoolEvent said) => new([noted, said], new Reason(code, said.Sentence));

    public static Decision Stays(BackendState backend, PoolInput.ProbeCompleted input) => Said(
        ReasonCode.LeavingNoMore,
        new PoolEvent.EvidenceNoted(input.At, backend.Id, backend.Evidence.WithPassedProbe()),
        new PoolEvent.BackendStays(input.At, backend.Id, $"{backend.Id} takes requests again by its own word."));
}
