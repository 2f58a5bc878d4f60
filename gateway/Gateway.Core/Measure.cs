namespace Gateway.Core;

/// <summary>What a change has cost, once its window is closed.</summary>
internal static class Measure
{
    public static PoolEvent.ChangeMeasured Close(MeasuredWindow window, Instant at, Tally tally)
    {
        TimeSpan? detection = window.FirstSignalAt is { } signal ? window.VerdictAt - signal : null;
        TimeSpan? failover = window.FirstAnswerAt is { } answered ? answered - window.VerdictAt : null;
        var cost = tally - window.Baseline;
        return new PoolEvent.ChangeMeasured(
            at, window.Epoch, window.Kind, detection, failover, cost, Sentence(window, detection, failover, cost));
    }

    private static string Sentence(MeasuredWindow window, TimeSpan? detection, TimeSpan? failover, Tally cost)
    {
        var noticed = detection is { } d ? $"noticed in {Words.Span(d)}, " : string.Empty;
        var answered = failover is { } f ? $"first good answer {Words.Span(f)} after the verdict" : "no request came to answer";
        return $"The {Name(window.Kind)} of epoch {window.Epoch} was {noticed}{answered}; "
            + $"of {Words.Count(cost.Requests, "request")} {cost.Failed} failed and {cost.Rescued} {(cost.Rescued == 1 ? "was" : "were")} rescued.";
    }

    private static string Name(ChangeKind kind) => kind switch
    {
        ChangeKind.Failover => "failover",
        ChangeKind.Switchover => "switchover",
        _ => "failback",
    };
}
