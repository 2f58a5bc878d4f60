using System.Globalization;
using System.Text.Json;
using Gateway.Failover.Configuration;

namespace Gateway.Failover.WhatIf;

/// <summary>
/// The fields of one object of a trace. Reading a field takes it; what is left in the end is not known and refused, so that a typing error never
/// passes for a default.
/// </summary>
/// <param name="file">For the sentences.</param>
/// <param name="where">Where in the file the object stands, such as <c>events[2]</c>; empty for the whole.</param>
internal sealed class JsonFields(string file, string where, JsonElement element)
{
    private readonly List<JsonProperty> _left = [.. element.EnumerateObject()];
    private readonly List<string> _known = [];

    public bool Has(string name) => _left.Exists(field => field.NameEquals(name));

    public string? Text(string name) => Take(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } value when value.GetString() is { Length: > 0 } text => text,
        { } value => throw Refused(name, value, "a text"),
    };

    public string Text(string name, string what) => Text(name) ?? throw Missing(name, what);

    public TimeSpan? Span(string name, string from, string to)
    {
        var allowed = $"{Duration.Form}, {from} to {to}";
        return Take(name) switch
        {
            null => null,
            { ValueKind: JsonValueKind.String } value when Duration.TryParse(value.GetString()!, out var span)
                && span >= Duration.Parse(from) && span <= Duration.Parse(to) => span,
            { } value => throw Refused(name, value, allowed),
        };
    }

    public TimeSpan Span(string name, string from, string to, string what) => Span(name, from, to) ?? throw Missing(name, what);

    public double? Number(string name, double from, double to) => Take(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } value when value.GetDouble() is var number && number >= from && number <= to => number,
        { } value => throw Refused(name, value, $"a number, {Say(from)} to {Say(to)}"),
    };

    public int? Whole(string name, int from, int to) => Take(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } value when value.TryGetInt32(out var number) && number >= from && number <= to => number,
        { } value => throw Refused(name, value, $"a whole number, {from} to {to}"),
    };

    public bool? Flag(string name) => Take(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True or JsonValueKind.False } value => value.GetBoolean(),
        { } value => throw Refused(name, value, "true or false"),
    };

    /// <summary>One of a few words.</summary>
    public string? Word(string name, params IReadOnlyList<string> allowed) => Take(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } value when allowed.Contains(value.GetString()!) => value.GetString(),
        { } value => throw Refused(name, value, $"one of {string.Join(", ", allowed)}"),
    };

    public JsonFields? Group(string name) => Take(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } value => new JsonFields(file, At(name), value),
        { } value => throw Refused(name, value, "an object"),
    };

    /// <summary>A list of objects.</summary>
    public IReadOnlyList<JsonFields> Groups(string name, int most)
    {
        if (Take(name) is not { } value)
        {
            return [];
        }

        if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(entry => entry.ValueKind != JsonValueKind.Object) || value.GetArrayLength() > most)
        {
            throw Refused(name, value, $"a list of at most {most} objects");
        }

        return [.. value.EnumerateArray().Select((entry, index) => new JsonFields(file, $"{At(name)}[{index}]", entry))];
    }

    /// <summary>Refuses what nobody has asked for.</summary>
    public void End()
    {
        if (_left.Count > 0)
        {
            throw Refuse($"'{_left[0].Name}' is not a field{(where.Length > 0 ? $" of {where}" : string.Empty)}; allowed are {string.Join(", ", _known)}.");
        }
    }

    public TraceRefusedException Refuse(string sentence) => new($"{file}: {sentence}");

    public TraceRefusedException Refused(string name, string value, string allowed) => Refuse($"{At(name)} is {value}; allowed is {allowed}.");

    private TraceRefusedException Refused(string name, JsonElement value, string allowed) => Refused(name, Show(value), allowed);

    private TraceRefusedException Missing(string name, string what) => Refuse($"{At(name)} is missing; allowed is {what}.");

    private JsonElement? Take(string name)
    {
        _known.Add(name);
        var index = _left.FindIndex(field => field.NameEquals(name));
        if (index < 0)
        {
            return null;
        }

        var value = _left[index].Value;
        _left.RemoveAt(index);
        return Has(name) ? throw Refuse($"{At(name)} stands there twice; allowed is once.") : value;
    }

    private string At(string name) => where.Length > 0 ? $"{where}.{name}" : name;

    private static string Show(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => $"'{value.GetString()}'",
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => $"a list of {value.GetArrayLength()}",
        _ => value.GetRawText(),
    };

    private static string Say(double number) => number.ToString(CultureInfo.InvariantCulture);
}
