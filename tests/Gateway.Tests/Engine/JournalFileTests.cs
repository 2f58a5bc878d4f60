using System.Text;
using Gateway.Core;
using Gateway.Failover.Engine;

namespace Gateway.Tests.Engine;

/// <summary>The file: a checksum a line, a bound, and nothing that a crash leaves behind can stop the next start.</summary>
public sealed class JournalFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gateway-journal");

    private string Place => Path.Combine(_folder.FullName, "deep", "journal.jsonl");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void What_was_written_is_read_again_under_the_same_id()
    {
        Write(Entry(1), Entry(2));
        var id = Load(out _, out _);
        Write(Entry(3));

        Assert.Equal(id, Load(out var entries, out var bad));
        Assert.Equal([1L, 2, 3], entries.Select(entry => entry.Sequence));
        Assert.Equal(Entry(2), entries[1]);
        Assert.Equal(0, bad);
    }

    [Fact]
    public void A_last_line_that_lacks_its_break_only_is_whole()
    {
        Write(Entry(1), Entry(2));
        File.WriteAllBytes(Place, File.ReadAllBytes(Place)[..^1]);

        Load(out var before, out var bad);
        Write(Entry(3));
        Load(out var after, out _);

        Assert.Equal((2, 0), (before.Count, bad));
        Assert.Equal([1L, 2, 3], after.Select(entry => entry.Sequence));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(12)]
    [InlineData(60)]
    public void A_torn_last_line_is_dropped_and_the_next_one_stands_on_its_own(int lost)
    {
        Write(Entry(1), Entry(2));
        var bytes = File.ReadAllBytes(Place);
        File.WriteAllBytes(Place, bytes[..^lost]);

        Load(out var before, out var bad);
        Write(Entry(3));
        Load(out var after, out _);

        Assert.Equal([1L], before.Select(entry => entry.Sequence));
        Assert.Equal(1, bad);
        Assert.Equal([1L, 3], after.Select(entry => entry.Sequence));
    }

    [Fact]
    public void A_line_whose_checksum_is_wrong_is_passed_over()
    {
        Write(Entry(1), Entry(2), Entry(3));
        var text = File.ReadAllText(Place);
        File.WriteAllText(Place, text.Replace("\"seq\":2", "\"seq\":9", StringComparison.Ordinal));

        Load(out var entries, out var bad);

        Assert.Equal([1L, 3], entries.Select(entry => entry.Sequence));
        Assert.Equal(1, bad);
    }

    [Fact]
    public void Garbage_is_no_crash()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Place)!);
        var dice = new Random(7);
        for (var round = 0; round < 200; round++)
        {
            var bytes = new byte[dice.Next(2_000)];
            dice.NextBytes(bytes);
            File.WriteAllBytes(Place, bytes);
            Load(out var entries, out _);
            Assert.Empty(entries);
        }

        File.WriteAllText(Place, "\n\n00000000 {}\nzzzzzzzz {}\n{\"seq\":1}\n");
        Load(out var none, out var bad);
        Assert.Empty(none);
        Assert.Equal(3, bad);
    }

    [Fact]
    public void Each_bit_that_flips_costs_at_most_its_own_line()
    {
        Write(Entry(1), Entry(2));
        var bytes = File.ReadAllBytes(Place);
        var second = Encoding.UTF8.GetString(bytes).IndexOf("\"seq\":2", StringComparison.Ordinal);
        foreach (var at in Enumerable.Range(second - 9, bytes.Length - second))
        {
            var flipped = (byte[])bytes.Clone();
            flipped[at] ^= 1;
            File.WriteAllBytes(Place, flipped);
            Load(out var entries, out _);
            Assert.Equal(1, entries[0].Sequence);
            Assert.DoesNotContain(entries.Skip(1), entry => entry != Entry(2));
        }
    }

    [Fact]
    public void A_rewrite_keeps_the_id_and_holds_what_it_was_given()
    {
        using (var file = new JournalFile<JournalEntry>(Place, maxBytes: 500))
        {
            var written = 0;
            while (!file.IsFull)
            {
                file.Append(JournalFormat.Line(Entry(++written)));
            }

            Assert.InRange(written, 2, 10);
            var id = file.Id;
            file.Rewrite([Entry(0), Entry(written)]);
            Assert.False(file.IsFull);
            file.Append(JournalFormat.Line(Entry(written + 1)));
            Assert.Equal(id, Load(out var entries, out var bad));
            Assert.Equal([0L, written, written + 1], entries.Select(entry => entry.Sequence));
            Assert.Equal(0, bad);
        }
    }

    [Fact]
    public void Without_a_file_there_is_nothing_to_read_and_a_new_id()
    {
        Assert.Equal(12, Load(out var entries, out var bad).Length);
        Assert.Empty(entries);
        Assert.Equal(0, bad);
    }

    internal static JournalEntry Entry(long sequence) => new()
    {
        Sequence = sequence,
        At = DateTimeOffset.UnixEpoch,
        Pool = "api",
        Kind = nameof(PoolEvent.BackendCameUp),
        Sentence = "primary is up.",
        Backend = "primary",
    };

    private void Write(params JournalEntry[] entries)
    {
        using var file = new JournalFile<JournalEntry>(Place, maxBytes: 65_536);
        file.Load(out _);
        foreach (var entry in entries)
        {
            file.Append(JournalFormat.Line(entry));
        }
    }

    private string Load(out IReadOnlyList<JournalEntry> entries, out int bad)
    {
        using var file = new JournalFile<JournalEntry>(Place, maxBytes: 65_536);
        entries = file.Load(out bad);
        return file.Id;
    }
}
