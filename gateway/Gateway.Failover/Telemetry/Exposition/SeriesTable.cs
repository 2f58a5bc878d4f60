// Finds the series of a set of tags, for every measurement, on every core. Readers take no lock: they walk chains of
// nodes that never change once published. Writers (a new set of tags, rare and bounded in number) take turns.
//
// Two tables in one. The outer one is keyed by the tags as the caller passes them, in whatever order and with values of
// any type, so that nothing has to be sorted, turned into text or allocated to look a series up. The inner one is keyed
// by the labels as Prometheus will read them: `200` and `"200"`, an empty value and an absent one, are different tags
// but the same labels, and a scrape with the same labels twice is refused whole.
namespace Gateway.Failover.Telemetry;

/// <summary>The series of one instrument, at most <paramref name="limit"/> sets of tags of them.</summary>
internal sealed class SeriesTable(int limit, Func<string, Series> create)
{
    private const int InitialBuckets = 16;
    private readonly Lock _writing = new();
    private readonly Dictionary<string, Series> _byLabels = new(StringComparer.Ordinal);
    private volatile Node?[] _buckets = new Node?[InitialBuckets];
    private volatile int _sets;
    private Series[]? _sorted;

    /// <summary>The series of these tags, or null when they are new and the table is full.</summary>
    public Series? Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var hash = HashOf(tags);
        return Lookup(hash, tags) ?? (_sets >= limit ? null : Add(hash, tags));
    }

    /// <summary>The series of these labels, beyond the bound if need be: for the overflow series.</summary>
    public Series FindByLabels(string labels)
    {
        lock (_writing)
        {
            return GetOrCreate(labels);
        }
    }

    /// <summary>All series, ordered by their labels.</summary>
    public Series[] Snapshot()
    {
        lock (_writing)
        {
            return _sorted ??= [.. _byLabels.Values.OrderBy(series => series.Labels, StringComparer.Ordinal)];
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        lock (_writing)
        {
            _buckets = new Node?[InitialBuckets];
            _byLabels.Clear();
            _sorted = null;
            _sets = 0;
        }
    }

    private Series? Lookup(int hash, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var buckets = _buckets;
        var node = Volatile.Read(ref buckets[hash & (buckets.Length - 1)]);
        while (node is not null && (node.Hash != hash || !SameTags(node.Tags, tags)))
        {
            node = node.Next;
        }

        return node?.Series;
    }

    private Series? Add(int hash, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_writing)
        {
            var added = Lookup(hash, tags);
            if (added is not null || _sets >= limit)
            {
                return added;
            }

            var series = GetOrCreate(PrometheusLabels.Render(tags));
            var buckets = _sets < _buckets.Length ? _buckets : Grown(_buckets);
            Publish(buckets, hash, tags.ToArray(), series);
            _buckets = buckets;
            _sets++;
            return series;
        }
    }

    private Series GetOrCreate(string labels)
    {
        if (!_byLabels.TryGetValue(labels, out var series))
        {
            series = create(labels);
            _byLabels.Add(labels, series);
            _sorted = null;
        }

        return series;
    }

    private static Node?[] Grown(Node?[] old)
    {
        var buckets = new Node?[old.Length * 2];
        foreach (var chain in old)
        {
            for (var node = chain; node is not null; node = node.Next)
            {
                Publish(buckets, node.Hash, node.Tags, node.Series);
            }
        }

        return buckets;
    }

    private static void Publish(Node?[] buckets, int hash, KeyValuePair<string, object?>[] tags, Series series)
    {
        ref var head = ref buckets[hash & (buckets.Length - 1)];
        Volatile.Write(ref head, new Node(hash, tags, series, head));
    }

    // Adds up instead of chaining, so that the order of the tags does not matter. An instrument's keys hardly differ
    // between its measurements: their length is enough of them. Values may come from strangers: theirs is the
    // randomized hash of strings.
    private static int HashOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var hash = (uint)tags.Length;
        foreach (ref readonly var tag in tags)
        {
            var value = tag.Value is string text
                ? StringComparer.Ordinal.GetHashCode(text)
                : tag.Value?.GetHashCode() ?? 0;
            hash += ((uint)value ^ ((uint)(tag.Key?.Length ?? 0) * 0x85EBCA6B)) * 0x9E3779B1;
        }

        return (int)(hash ^ (hash >> 15));
    }

    private static bool SameTags(
        KeyValuePair<string, object?>[] known, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (known.Length != tags.Length)
        {
            return false;
        }

        for (var i = 0; i < known.Length; i++)
        {
            if (!SameTag(known[i], tags[i]))
            {
                return SameInAnyOrder(known, tags);
            }
        }

        return true;
    }

    private static bool SameInAnyOrder(
        KeyValuePair<string, object?>[] known, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var tag in tags)
        {
            var found = false;
            for (var i = 0; i < known.Length && !found; i++)
            {
                found = SameTag(known[i], tag);
            }

            if (!found)
            {
                return false;
            }
        }

        return true;
    }

    private static bool SameTag(in KeyValuePair<string, object?> known, in KeyValuePair<string, object?> tag) =>
        known.Key == tag.Key && (known.Value is string text
            ? tag.Value is string other && text == other
            : Equals(known.Value, tag.Value));

    private sealed record Node(int Hash, KeyValuePair<string, object?>[] Tags, Series Series, Node? Next);
}
