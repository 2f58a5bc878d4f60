namespace Gateway.Core.Tests.Walking;

/// <summary>Counts rows of probes and the time beyond doubt by its own means, and objects when a verdict does not follow from them.</summary>
internal sealed class Onlooker
{
    private readonly Dictionary<BackendId, int> _failed = [];
    private readonly Dictionary<BackendId, int> _passed = [];
    private readonly Dictionary<BackendId, Instant> _soundSince = [];

    public IReadOnlyList<string> Objections(PoolState before, PoolInput input, Decision decision, PoolState after)
    {
        Count(input);
        List<string> objections = [.. decision.Events.SelectMany(happened => Objections(before, input, happened))];
        Watch(input, after);
        return objections;
    }

    private void Count(PoolInput input)
    {
        if (input is not PoolInput.ProbeCompleted probe)
        {
            return;
        }

        if (probe.Outcome is ProbeOutcome.Draining)
        {
            _failed[probe.Backend] = 0;
            return;
        }

        var passed = probe.Outcome is ProbeOutcome.Passed;
        _passed[probe.Backend] = passed ? _passed.GetValueOrDefault(probe.Backend) + 1 : 0;
        _failed[probe.Backend] = passed ? 0 : _failed.GetValueOrDefault(probe.Backend) + 1;
    }

    private IEnumerable<string> Objections(PoolState before, PoolInput input, PoolEvent happened) => happened switch
    {
        PoolEvent.BackendWentDown { Cause: Cause.ProbeFailed } down when _failed.GetValueOrDefault(down.Backend) < before.Tuning.Fall =>
            [$"{down.Backend} went down after {_failed.GetValueOrDefault(down.Backend)} failed probes"],
        PoolEvent.BackendWentDown { Cause: Cause.RequestsFailed } down when !before.Backends[down.Backend].OnTrial && !Fails(before, input as PoolInput.AttemptFailed) =>
            ["a backend was ejected without a failed request, or by too short a row of them"],
        PoolEvent.BackendWentDown { Cause: Cause.FailureRatio or Cause.Slow } when input is not PoolInput.AttemptsCounted =>
            ["a backend was ejected by a share of its requests that nobody has counted"],
        PoolEvent.BackendWentDown { Ejected: true } down when Last(before, down.Backend) =>
            ["the last backend that could serve was ejected"],
        PoolEvent.BackendWentDown { Cause: Cause.Stalled } down when !Stalls(before, input as PoolInput.AttemptSilent) =>
            [$"{down.Backend} was ejected by a silence that was too short, not shown by others, or not to be judged"],
        PoolEvent.BackendWentDown { Cause: Cause.Refused } when input is not PoolInput.ConnectionRefused =>
            ["a backend went down as if it had refused a connection"],
        PoolEvent.BackendWentDown { Cause: not (Cause.ProbeFailed or Cause.RequestsFailed or Cause.Stalled or Cause.Refused or Cause.FailureRatio or Cause.Slow) } =>
            ["a backend went down without a cause"],
        PoolEvent.BackendCameUp up when before.Backends[up.Backend] is { Ejected: true, Ejection.Lapsed: false } && input is not PoolInput.AttemptSucceeded =>
            [$"{up.Backend}, which live traffic had ejected, came up without a request that it answered"],
        PoolEvent.BackendCameUp up when before.Backends[up.Backend].Health == Health.Down && input is not PoolInput.AttemptSucceeded
            && _passed.GetValueOrDefault(up.Backend) < before.Tuning.Rise =>
            [$"{up.Backend} came up after {_passed.GetValueOrDefault(up.Backend)} passed probes"],
        PoolEvent.ActiveChanged { Kind: ChangeKind.Failback, Cause: Cause.Preferred } change when !LongSound(change, input, before) =>
            [$"the pool went back to {change.To}, which was not up for the stable time"],
        _ => [],
    };

    private static bool Fails(PoolState before, PoolInput.AttemptFailed? input) =>
        input is not null && input.Streak >= (input.Fault.Kind == FaultKind.Status ? before.Tuning.StatusStreak : before.Tuning.FailureStreak);

    private static bool Last(PoolState before, BackendId id) =>
        before.Backends[id].IsFit && before.Backends.Values.Count(backend => backend.IsFit) == 1;

    private static bool Stalls(PoolState before, PoolInput.AttemptSilent? input) =>
        input is { OthersAnswer: true } && before.Tuning.StallAttempts > 0 && input.Silent >= before.Tuning.StallAttempts
        && input.At - input.Since >= before.Tuning.StallTime && input.At - before.ActiveSince >= before.Tuning.StallDisarm
        && before.Active.Backends.Contains(input.Backend);

    private bool LongSound(PoolEvent.ActiveChanged change, PoolInput input, PoolState before)
    {
        var stable = (input as PoolInput.Configured)?.Definition.Tuning.StableTime ?? before.Tuning.StableTime;
        return change.ToBackends.Any(id => _soundSince.TryGetValue(id, out var since) && input.At - since >= stable);
    }

    private void Watch(PoolInput input, PoolState after)
    {
        foreach (var gone in _soundSince.Keys.Where(id => !after.Backends.TryGetValue(id, out var backend) || !backend.IsSound).ToList())
        {
            _soundSince.Remove(gone);
        }

        foreach (var sound in after.Backends.Values.Where(backend => backend.IsSound))
        {
            _soundSince.TryAdd(sound.Id, input.At);
        }
    }
}
