namespace Gateway.Failover.Configuration;

/// <summary>A configuration was refused. The message names every setting that is wrong, its value and what is allowed.</summary>
public sealed class ConfigurationRefusedException : Exception
{
    /// <summary>Creates the exception from the list of what is wrong.</summary>
    public ConfigurationRefusedException(IReadOnlyList<string> errors)
        : base(Describe(errors)) => Errors = errors;

    /// <summary>What is wrong, one sentence each.</summary>
    public IReadOnlyList<string> Errors { get; }

    private static string Describe(IReadOnlyList<string> errors) =>
        $"The configuration was refused: {errors.Count} {(errors.Count == 1 ? "error" : "errors")}."
        + string.Concat(errors.Select(error => $"{Environment.NewLine}  - {error}"));
}
