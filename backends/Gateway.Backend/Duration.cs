using System.Globalization;

namespace Gateway.Backends;

/// <summary>A time span as people write it in a query: <c>500ms</c>, <c>10s</c>, <c>1m</c>.</summary>
internal static class Duration
{
    private static readonly (string Suffix, TimeSpan Unit)[] Units =
    [
        ("ms", TimeSpan.FromMilliseconds(1)),
        ("s", TimeSpan.FromSeconds(1)),
        ("m", TimeSpan.FromMinutes(1)),
    ];

    /// <summary>Whole numbers with a unit only: a bare number would leave seconds or milliseconds to be
    /// guessed.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        foreach (var (suffix, unit) in Units)
        {
            if (text.EndsWith(suffix, StringComparison.Ordinal)
                && int.TryParse(text.AsSpan(0, text.Length - suffix.Length), NumberStyles.None, null, out var count))
            {
                duration = unit * count;
                return true;
            }
        }

        return false;
    }
}
