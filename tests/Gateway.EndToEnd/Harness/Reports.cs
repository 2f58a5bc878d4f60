namespace Gateway.EndToEnd.Harness;

/// <summary>What the control surface answers, as <c>docs/reference/operator-api.md</c> has it; only what the tests look at.</summary>
internal sealed record HealthReport(string Status, IReadOnlyList<PoolReport> Pools);

internal sealed record PoolReport(
    string Id, long Epoch, string Active, string Cause, string Condition, bool Held, bool Pinned, string Sentence, IReadOnlyList<BackendReport> Backends)
{
    public BackendReport Backend(string id) => Backends.Single(backend => backend.Id == id);

    public override string ToString() => $"epoch {Epoch}, {Active} is active ({Sentence}); "
        + string.Join(", ", Backends.Select(backend => $"{backend.Id} {backend.Health} {backend.Admin} ({backend.Reason})"));
}

internal sealed record BackendReport(string Id, int Tier, string Role, string Health, bool Ejected, string Admin, string Reason, bool Added);

internal sealed record ChangesReport(IReadOnlyList<ChangeReport> Changes);

internal sealed record ChangeReport(
    string Pool, long Epoch, DateTimeOffset At, string Kind, string From, string To, string Cause, string Sentence,
    double? DetectionMs, double? FailoverMs, bool Measured, long Requests, long Failed, long Rescued, double ErrorRate);

internal sealed record Problem(string Title, int Status, string Detail);
