using System.Globalization;
using Gateway.Core;

namespace Gateway.Failover.Configuration;

/// <summary>How the minimum of a tier is written: <c>2</c> backends, or <c>60%</c> of those in service.</summary>
internal static class MinimumText
{
    public const string Form = "a number of backends such as 2, or a share of those in service such as 60%";

    private const int Most = 1000;

    public static bool TryParse(string text, out TierMinimum minimum)
    {
        minimum = TierMinimum.One;
        var isShare = text.EndsWith('%');
        if (!int.TryParse(isShare ? text[..^1] : text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is < 1 or > Most)
        {
            return false;
        }

        minimum = isShare ? new TierMinimum(1, number / 100.0) : new TierMinimum(number, 0);
        return !isShare || number <= 100;
    }
}
