using System.Text;
using Gateway.Failover.Configuration.Amending;
using Gateway.Failover.Engine;
using Microsoft.Extensions.Logging;

namespace Gateway.Tests.Configuration.Amending;

/// <summary>What operators have added and removed comes back, or somebody is told why not.</summary>
public sealed class AmendmentFileTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private static readonly Amendments Some = Amendments.None
        .With("api", new PoolAmendments(
            [
                new AddedBackend("third", "http://10.0.0.7/", "http://10.0.0.7:81/", "shop.example", new Place(AfterConfigured: true, 2)),
                new AddedBackend("fourth", "http://10.0.0.8/", null, null, new Place(AfterConfigured: false, 1)),
            ],
            ["primary"]))
        .With("shop", new PoolAmendments([], ["old"]));

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gateway-amendments");
    private readonly FakeTimeProvider _time = new();
    private readonly LogSink _log = new();

    private string Journal => Path.Combine(_folder.FullName, "journal.jsonl");

    private string Place => Path.Combine(_folder.FullName, "journal.backends.jsonl");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void What_was_kept_comes_back_as_it_was()
    {
        using var file = Open(out var nothing);
        Assert.True(nothing.IsEmpty);
        Assert.Null(file.Keep(Some, Limit));

        using var again = Open(out var read);

        Assert.Equal(AmendmentFormat.Write(Some), AmendmentFormat.Write(read));
        Assert.Equal(Some.Of("API").Added.AsEnumerable(), read.Of("api").Added);
        Assert.Equal(["old"], read.Of("shop").Removed.AsEnumerable());
        Assert.False(File.Exists(Place + ".new"));
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void The_latest_word_is_kept()
    {
        using var file = Open(out _);
        Assert.Null(file.Keep(Some, Limit));
        Assert.Null(file.Keep(Some.With("api", PoolAmendments.None), Limit));

        using var again = Open(out var read);
        Assert.Equal(["shop"], read.Pools.Keys);
    }

    [Fact]
    public void Without_a_journal_it_is_in_memory_only_and_says_so()
    {
        using var file = new AmendmentFile(_time, _log.CreateLogger("test"));
        Assert.True(file.Open(string.Empty).IsEmpty);
        Assert.Equal("Failover:Journal:Path is empty, so a restart forgets it.", file.Keep(Some, Limit));
    }

    public static readonly TheoryData<string, string> Broken = new()
    {
        { "", "its checksum is wrong" },
        { "garbage", "its checksum is wrong" },
        { "deadbeef {\"version\":1,\"pools\":{}}\n", "its checksum is wrong" },
        { Sealed("[]"), "it is not of the expected form" },
        { Sealed("null"), "it is of another version" },
        { Sealed("{\"version\":2,\"pools\":{}}"), "it is of another version" },
        { Sealed("{\"version\":1}"), "it is of another version" },
        { Sealed("{\"version\":1,\"pools\":{\"api\":{}}}"), "it is not of the expected form" },
        { Sealed("{\"version\":1,\"pools\":{\"api\":null}}"), "it is not of the expected form" },
        { Sealed("{\"version\":1,\"pools\":{\"api\":{\"added\":[null],\"removed\":[]}}}"), "it is not of the expected form" },
        { Sealed("{\"version\":1,\"pools\":{\"api\":{\"added\":[{\"id\":\"a\"}],\"removed\":[]}}}"), "it is not of the expected form" },
        { Sealed("{\"version\":1,\"pools\":{\"api\":{\"added\":[],\"removed\":[\"a\",\"A\"]}}}"), "it names a backend of api twice" },
        { Sealed(Entry("a b", "http://10.0.0.7/")), "The name of a backend is 'a b'" },
        { Sealed(Entry("a", "10.0.0.7")), "The address is '10.0.0.7'" },
        { Sealed(Entry("a", "http://169.254.169.254/")), "169.254.169.254 is link-local" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void One_that_cannot_be_believed_is_set_aside_in_one_sentence(string content, string because)
    {
        File.WriteAllText(Place, content);

        using var file = Open(out var read);

        Assert.True(read.IsEmpty);
        var line = Assert.Single(_log.Lines);
        Assert.Equal(LogLevel.Error, line.Level);
        Assert.Contains(because, line.Message, StringComparison.Ordinal);
        Assert.Equal(content, File.ReadAllText(Place + ".broken"));
        Assert.False(File.Exists(Place));
        Assert.Null(file.Keep(Some, Limit));
    }

    [Fact]
    public void Every_single_damaged_byte_is_noticed()
    {
        var good = AmendmentFormat.Write(Some);
        for (var at = 0; at < good.Length - 1; at++)
        {
            var bad = good.ToArray();
            bad[at] ^= 1;
            // Hexadecimal digits are the same in either case, and the space between is only a space.
            Assert.True(AmendmentFormat.Read(bad).Read is null || at == 8, $"Byte {at} of {Encoding.UTF8.GetString(good)}");
            Assert.Null(AmendmentFormat.Read(good.AsSpan(0, at)).Read);
        }
    }

    [Fact]
    public void One_that_cannot_be_read_is_left_alone_and_nothing_is_written()
    {
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "other"));
        File.CreateSymbolicLink(Place, Place);

        using var file = Open(out var read);

        Assert.True(read.IsEmpty);
        Assert.Contains("cannot be read", Assert.Single(_log.Lines).Message, StringComparison.Ordinal);
        Assert.EndsWith("could not be read and is left alone, so a restart forgets it.", file.Keep(Some, Limit), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_cannot_be_written_is_said_once_and_tried_again()
    {
        var blocked = Path.Combine(_folder.FullName, "blocked");
        await File.WriteAllTextAsync(blocked, "a file where a folder should be");
        using var file = new AmendmentFile(_time, _log.CreateLogger("test"));
        Assert.True(file.Open(Path.Combine(blocked, "journal.jsonl")).IsEmpty);

        Assert.Contains("cannot be written", file.Keep(Amendments.None, Limit), StringComparison.Ordinal);
        Assert.EndsWith("until it can, a restart forgets it.", file.Keep(Some, Limit), StringComparison.Ordinal);
        Assert.Contains("cannot be written", Assert.Single(_log.Lines).Message, StringComparison.Ordinal);

        File.Delete(blocked);
        _time.Advance(TimeSpan.FromSeconds(10));
        await Eventually.IsTrueAsync(() => _log.Has("is kept again in"));
        using var again = new AmendmentFile(_time, _log.CreateLogger("test"));
        Assert.Equal(Some.Of("api").Added.AsEnumerable(), again.Open(Path.Combine(blocked, "journal.jsonl")).Of("api").Added);
    }

    private static string Entry(string id, string address) =>
        $"{{\"version\":1,\"pools\":{{\"api\":{{\"added\":[{{\"id\":\"{id}\",\"address\":\"{address}\",\"tier\":0}}],\"removed\":[]}}}}}}";

    private static string Sealed(string json) => Encoding.UTF8.GetString(JournalFormat.Seal(Encoding.UTF8.GetBytes(json)));

    private AmendmentFile Open(out Amendments read)
    {
        var file = new AmendmentFile(_time, _log.CreateLogger("test"));
        read = file.Open(Journal);
        return file;
    }
}
