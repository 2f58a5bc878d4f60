using System.Globalization;

namespace Gateway.Failover.Configuration;

/// <summary>The range of a setting, both ends included, written as in a configuration file. For a list it holds for each element.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class AllowedAttribute(string from, string to) : Attribute
{
    public string From => from;

    public string To => to;

    public bool Covers(object value) => value switch
    {
        TimeSpan span => span >= Duration.Parse(from) && span <= Duration.Parse(to),
        int number => number >= int.Parse(from, CultureInfo.InvariantCulture) && number <= int.Parse(to, CultureInfo.InvariantCulture),
        long number => number >= long.Parse(from, CultureInfo.InvariantCulture) && number <= long.Parse(to, CultureInfo.InvariantCulture),
        double number => number >= double.Parse(from, CultureInfo.InvariantCulture)
            && number <= double.Parse(to, CultureInfo.InvariantCulture),
        IEnumerable<int> numbers => numbers.All(number => Covers(number)),
        _ => throw new ArgumentException($"A setting of type {value.GetType().Name} has no range.", nameof(value)),
    };

    public override string ToString() => $"{from} to {to}";
}
