namespace Gateway.Core;

/// <summary>What a change has cost, once its window is closed.</summary>
internal static class Measure
{
    public static PoolEvent.ChangeMeasured Close(MeasuredWindow window, Instant at, Tally tally)
    {
        TimeSpan? detection = window.FirstSignalAt is { } signal ? window.VerdictAt - signal : null;
        TimeSpan? failover = window.FirstAnswerAt is { } answered ? answered - window.AwaitedFrom : null;
        var cost = tally - window.Baseline;
        return new PoolEvent.ChangeMeasured(
            at, window.Epoch, window.Kind, detection, failover, cost, Sentence(window, detection, failover, cost));
    }

    private static string Sentence(MeasuredWindow window, TimeSpan? detection, TimeSpan? failover, Tally cost)
    {
        var verdict = detection switch
        {
            null => string.Empty,
            { Ticks: 0 } => "the verdict came with the first bad signal, ",
            { } d => $"the verdict came {Words.Span(d)} after the first bad signal, ",
        };
        var answer = failover switch
        {
            { } f when window.AwaitedFrom > window.VerdictAt =>
                $"the first request came {Words.Span(window.AwaitedFrom - window.VerdictAt)} after the verdict and was answered well within {Words.Span(f)}",
            { } f => $"the first good answer {(detection is null ? "came " : "")}{Words.Span(f)} after the verdict",
            null when cost.Requests == 0 => "no request came",
            null => "no good answer came",
        };
        var requests = cost.Requests == 0
            ? string.Empty
            : $"; {Words.Count(cost.Requests, "request")} meanwhile, {cost.Failed} failed, {cost.Rescued} rescued";
        return $"The {Name(window.Kind)} of epoch {window.Epoch}: {verdict}{answer}{requests}.";
    }

    private static string Name(ChangeKind kind) => kind switch
    {
        ChangeKind.Failover => "failover",
        ChangeKind.Switchover => "switchover",
        _ => "failback",
    };
}
