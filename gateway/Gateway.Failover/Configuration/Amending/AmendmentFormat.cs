using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Gateway.Failover.Engine;

namespace Gateway.Failover.Configuration.Amending;

/// <summary>The operators' amendments as one line with a checksum, like those of the journal.</summary>
internal static class AmendmentFormat
{
    private const int Version = 1;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static byte[] Write(Amendments amendments) => JournalFormat.Seal(JsonSerializer.SerializeToUtf8Bytes(
        new Content(Version, amendments.Pools.ToDictionary(
            pool => pool.Key, PoolContent? (pool) => new PoolContent([.. pool.Value.Added.Select(Entry.Of)], [.. pool.Value.Removed]))),
        Json));

    /// <summary>What was written, or half a sentence that says why it is not to be believed.</summary>
    public static (Amendments? Read, string? Broken) Read(ReadOnlySpan<byte> line)
    {
        var body = JournalFormat.Body(line.EndsWith("\n"u8) ? line[..^1] : line);
        if (body.IsEmpty)
        {
            return (null, "its checksum is wrong");
        }

        try
        {
            var content = JsonSerializer.Deserialize<Content>(body, Json);
            return content is { Version: Version, Pools: { } pools } ? Read(pools) : (null, "it is of another version");
        }
        catch (JsonException)
        {
            return (null, "it is not of the expected form");
        }
    }

    private static (Amendments? Read, string? Broken) Read(Dictionary<string, PoolContent?> pools)
    {
        var amendments = Amendments.None;
        foreach (var (id, content) in pools)
        {
            var pool = content ?? throw new JsonException();
            var names = pool.Added.Select(entry => entry.Id).Concat(pool.Removed).ToList();
            if (names.Distinct(StringComparer.OrdinalIgnoreCase).Count() != names.Count)
            {
                return (null, $"it names a backend of {id} twice");
            }

            if (pool.Added.Select(Objection).FirstOrDefault(objection => objection is not null) is { } objection)
            {
                return (null, objection.TrimEnd('.'));
            }

            amendments = amendments.With(id, new PoolAmendments([.. pool.Added.Select(entry => entry.ToBackend())], [.. pool.Removed]));
        }

        return (amendments, null);
    }

    // A file is believed no more than a call.
    private static string? Objection(Entry entry) =>
        AddressRules.OfName(entry.Id) ?? AddressRules.OfAddress("address", entry.Address) ?? AddressRules.Objection(entry.Address)
        ?? (entry.Health is { } health ? AddressRules.OfAddress("health", health) ?? AddressRules.Objection(health) : null)
        ?? (entry.Host is { } host ? AddressRules.OfHost(host) : null);

    private sealed record Content(int Version, Dictionary<string, PoolContent?> Pools);

    private sealed record PoolContent(ImmutableArray<Entry> Added, ImmutableArray<string> Removed)
    {
        public ImmutableArray<Entry> Added { get; } = Added.IsDefault || Added.Any(entry => entry is null) ? throw new JsonException() : Added;

        public ImmutableArray<string> Removed { get; } = Removed.IsDefault || Removed.Any(id => id is null) ? throw new JsonException() : Removed;
    }

    private sealed record Entry(string Id, string Address, string? Health, string? Host, int Tier, bool AfterConfigured)
    {
        public string Id { get; } = Id ?? throw new JsonException();

        public string Address { get; } = Address ?? throw new JsonException();

        public static Entry Of(AddedBackend backend) =>
            new(backend.Id, backend.Address, backend.Health, backend.Host, backend.Place.Index, backend.Place.AfterConfigured);

        public AddedBackend ToBackend() => new(Id, Address, Health, Host, new Place(AfterConfigured, Tier));
    }
}
