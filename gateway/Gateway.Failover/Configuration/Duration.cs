using System.Globalization;

namespace Gateway.Failover.Configuration;

/// <summary>
/// Durations as people write them: <c>500ms</c>, <c>1.5s</c>, <c>10m</c>, <c>1h</c>, or .NET's <c>hh:mm:ss</c>. A bare number is refused,
/// because .NET would read <c>5</c> as five days, and <c>24:00:00</c>, because it would read that as twenty-four.
/// </summary>
internal static class Duration
{
    public const string Form = "a duration with its unit, such as 500ms, 10s, 2m or 1h";

    private static readonly string[] TimesOfDay = [@"hh\:mm\:ss", @"hh\:mm\:ss\.FFFFFFF"];

    private static readonly (string Unit, double Milliseconds)[] Units =
        [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)];

    public static TimeSpan Parse(string text) => TryParse(text, out var span) ? span : throw new FormatException($"'{text}' is not {Form}.");

    public static bool TryParse(string text, out TimeSpan span)
    {
        text = text.Trim();
        foreach (var (unit, milliseconds) in Units)
        {
            if (text.EndsWith(unit, StringComparison.OrdinalIgnoreCase)
                && double.TryParse(text[..^unit.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                && double.IsFinite(number) && number * milliseconds < TimeSpan.MaxValue.TotalMilliseconds / 2)
            {
                span = TimeSpan.FromMilliseconds(number * milliseconds);
                return true;
            }
        }

        span = TimeSpan.Zero;
        return TimeSpan.TryParseExact(text, TimesOfDay, CultureInfo.InvariantCulture, out span);
    }

    public static string Format(TimeSpan span) => span switch
    {
        _ when span == TimeSpan.Zero => "0s",
        _ when span.Ticks % TimeSpan.TicksPerHour == 0 => $"{span.TotalHours}h",
        _ when span.Ticks % TimeSpan.TicksPerMinute == 0 => $"{span.TotalMinutes}m",
        _ when span.Ticks % TimeSpan.TicksPerSecond == 0 => $"{span.TotalSeconds}s",
        _ => $"{span.TotalMilliseconds.ToString(CultureInfo.InvariantCulture)}ms",
    };
}
