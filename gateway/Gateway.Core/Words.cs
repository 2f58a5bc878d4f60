using System.Globalization;

namespace Gateway.Core;

/// <summary>How numbers are put into sentences.</summary>
internal static class Words
{
    public static string Count(long number, string noun) => $"{number} {(number == 1 ? noun : noun + "s")}";

    public static string Of(Admin admin) => admin switch
    {
        Admin.Draining => "draining",
        Admin.Disabled => "disabled",
        _ => "in service",
    };

    /// <summary>"1 failed probe", "2 failed probes in a row".</summary>
    public static string Row(long number, string noun) => number == 1 ? $"1 {noun}" : $"{number} {noun}s in a row";

    /// <summary>"2nd", "3rd", "11th".</summary>
    public static string Ordinal(long number) => (number % 100, number % 10) switch
    {
        (>= 11 and <= 13, _) => $"{number}th",
        (_, 1) => $"{number}st",
        (_, 2) => $"{number}nd",
        (_, 3) => $"{number}rd",
        _ => $"{number}th",
    };

    public static string Span(TimeSpan span) => span switch
    {
        _ when span < TimeSpan.FromSeconds(1) => $"{Math.Max(0, (long)Math.Round(span.TotalMilliseconds))} ms",
        _ when span < TimeSpan.FromMinutes(2) => $"{span.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture)} s",
        _ when span < TimeSpan.FromHours(2) => $"{span.TotalMinutes.ToString("0.#", CultureInfo.InvariantCulture)} min",
        _ => $"{span.TotalHours.ToString("0.#", CultureInfo.InvariantCulture)} h",
    };
}
