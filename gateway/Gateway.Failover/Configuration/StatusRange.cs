using System.Globalization;

namespace Gateway.Failover.Configuration;

/// <summary>Statuses of HTTP from one to another, both included, written as <c>200</c> or <c>200-399</c>.</summary>
internal readonly record struct StatusRange(int From, int To)
{
    private const int Least = 100;
    private const int Most = 599;

    /// <summary>How it is written, for an operator.</summary>
    public const string Form = "a status such as 200 or a range such as 200-399, from 100 to 599";

    public bool Covers(int status) => status >= From && status <= To;

    public static bool TryParse(ReadOnlySpan<char> text, out StatusRange range)
    {
        range = default;
        var dash = text.IndexOf('-');
        if (!TryStatus(dash < 0 ? text : text[..dash], out var from) || !TryStatus(dash < 0 ? text : text[(dash + 1)..], out var to) || from > to)
        {
            return false;
        }

        range = new StatusRange(from, to);
        return true;
    }

    private static bool TryStatus(ReadOnlySpan<char> text, out int status) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out status) && status is >= Least and <= Most;
}
