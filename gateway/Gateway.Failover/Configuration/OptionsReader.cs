using System.Collections;
using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace Gateway.Failover.Configuration;

/// <summary>
/// Reads a section into options and notes everything that is wrong with it: names that do not exist, values that are not of their kind,
/// values out of range.
/// </summary>
/// <remarks>
/// The framework's binder stops at the first value that it cannot convert, passes over names that it does not know, reads <c>5</c> as five
/// days, and its validators cannot say what the value was. An operator with a typing error at night needs the opposite of each.
/// </remarks>
internal sealed class OptionsReader(List<string> errors)
{
    public void Read(object target, IConfiguration section)
    {
        foreach (var child in section.GetChildren())
        {
            var property = Find(target.GetType(), child.Key);
            if (property is null)
            {
                errors.Add($"{child.Path} is not a setting{Suggest(target.GetType(), child.Key)}.");
            }
            else
            {
                Fill(target, property, child);
            }
        }
    }

    /// <summary>Notes every value out of range, wherever it came from.</summary>
    public void CheckRanges(object options, string path)
    {
        foreach (var property in Settings(options.GetType()))
        {
            var (value, at) = (property.GetValue(options), $"{path}:{property.Name}");
            if (value is null)
            {
                errors.Add($"{at} is empty.");
            }
            else if (property.GetCustomAttribute<AllowedAttribute>() is { } allowed)
            {
                NoteRange(value, allowed, at);
            }
            else if (value is IDictionary entries and not Dictionary<string, string>)
            {
                foreach (DictionaryEntry entry in entries)
                {
                    CheckRanges(entry.Value!, $"{at}:{entry.Key}");
                }
            }
            else if (IsGroup(property.PropertyType))
            {
                CheckRanges(value, at);
            }
        }
    }

    /// <summary>The settings of an options class, in the order in which they are declared.</summary>
    public static IEnumerable<PropertyInfo> Settings(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite);

    /// <summary>An options class inside another, as opposed to a value.</summary>
    public static bool IsGroup(Type type) => type.IsClass && type != typeof(string) && !typeof(IEnumerable).IsAssignableFrom(type);

    private void Fill(object target, PropertyInfo property, IConfigurationSection section)
    {
        var type = property.PropertyType;
        if (IsGroup(type))
        {
            ReadGroup(property.GetValue(target)!, section);
        }
        else if (property.GetValue(target) is IDictionary entries)
        {
            NoteScalar(section, "a group of settings, one for each name");
            foreach (var child in section.GetChildren())
            {
                ReadEntry(entries, type.GetGenericArguments()[1], child);
            }
        }
        else if (Value(type, section) is { } value)
        {
            property.SetValue(target, value);
        }
    }

    private void ReadEntry(IDictionary entries, Type type, IConfigurationSection section)
    {
        if (!IsGroup(type))
        {
            entries[section.Key] = Value(type, section) ?? string.Empty;
            return;
        }

        var entry = Activator.CreateInstance(type)!;
        ReadGroup(entry, section);
        entries[section.Key] = entry;
    }

    private void ReadGroup(object target, IConfigurationSection section)
    {
        NoteScalar(section, $"a group of settings: {string.Join(", ", Settings(target.GetType()).Select(property => property.Name))}");
        Read(target, section);
    }

    private void NoteScalar(IConfigurationSection section, string allowed)
    {
        if (section.Value is { Length: > 0 } text)
        {
            errors.Add($"{section.Path} is '{text}'; allowed is {allowed}.");
        }
    }

    // A scalar where a list is expected is a list of one, so that "Tiers": ["a", ["b", "c"]] reads as it looks.
    private object? Value(Type type, IConfigurationSection section)
    {
        if (!typeof(IList).IsAssignableFrom(type))
        {
            return Scalar(type, section);
        }

        var list = (IList)Activator.CreateInstance(type)!;
        var element = type.GetGenericArguments()[0];
        var sections = section.Value is { Length: > 0 } ? [section] : section.GetChildren();
        foreach (var child in sections)
        {
            if (Value(element, child) is { } value)
            {
                list.Add(value);
            }
        }

        return list;
    }

    private object? Scalar(Type type, IConfigurationSection section)
    {
        if (section.Value is not { } text)
        {
            errors.Add($"{section.Path} is a group of settings; allowed is {Kind(type)}.");
            return null;
        }

        if (type == typeof(TimeSpan) && Duration.TryParse(text, out var span))
        {
            return span;
        }

        if (type != typeof(TimeSpan) && TryConvert(type, text, out var value))
        {
            return value;
        }

        errors.Add($"{section.Path} is '{text}'; allowed is {Kind(type)}.");
        return null;
    }

    private static bool TryConvert(Type type, string text, out object? value)
    {
        value = null;
        try
        {
            value = TypeDescriptor.GetConverter(type).ConvertFromInvariantString(text);
            return value is not null && (!type.IsEnum || (Enum.IsDefined(type, value) && !char.IsAsciiDigit(text[0])));
        }
        catch (Exception e) when (e is FormatException or ArgumentException or NotSupportedException or OverflowException)
        {
            return false;
        }
    }

    private void NoteRange(object value, AllowedAttribute allowed, string at)
    {
        if (!allowed.Covers(value))
        {
            errors.Add($"{at} is {Show(value)}; allowed is {allowed}.");
        }
    }

    internal static string Show(object? value) => value switch
    {
        TimeSpan span => Duration.Format(span),
        bool flag => flag ? "true" : "false",
        string text => text,
        IEnumerable list => $"[{string.Join(", ", list.Cast<object>().Select(Show))}]",
        IFormattable number => number.ToString(format: null, CultureInfo.InvariantCulture),
        _ => value?.ToString() ?? string.Empty,
    };

    private static string Kind(Type type) => type switch
    {
        _ when type == typeof(TimeSpan) => Duration.Form,
        _ when type == typeof(bool) => "true or false",
        _ when type == typeof(int) || type == typeof(long) => "a whole number",
        _ when type == typeof(double) => "a number",
        _ when type.IsEnum => $"one of {string.Join(", ", Enum.GetNames(type))}",
        _ => "a text",
    };

    private static PropertyInfo? Find(Type type, string key) =>
        Settings(type).FirstOrDefault(property => property.Name.Equals(key, StringComparison.OrdinalIgnoreCase));

    private static string Suggest(Type type, string key)
    {
        var names = Settings(type).Select(property => property.Name).ToList();
        var near = names.FirstOrDefault(name =>
            name.StartsWith(key, StringComparison.OrdinalIgnoreCase) || key.StartsWith(name, StringComparison.OrdinalIgnoreCase));
        return near is null ? $"; allowed are {string.Join(", ", names)}" : $"; did you mean {near}";
    }
}
