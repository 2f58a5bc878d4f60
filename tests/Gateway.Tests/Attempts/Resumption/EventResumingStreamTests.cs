using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Gateway.Failover.Attempts.Resumption;

namespace Gateway.Tests.Attempts.Resumption;

public class EventResumingStreamTests
{
    private static readonly IOException Broken = new("The connection is gone.");
    private readonly List<string> _asked = [];

    [Fact]
    public async Task A_stream_that_breaks_goes_on_after_the_last_whole_event()
    {
        await using var stream = Stream(["id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\nda", "id: 3\ndata: c\n\n"]);
        Assert.Equal("id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\ndata: c\n\n", await ReadAsync(stream));
        Assert.Equal(["2"], _asked);
    }

    [Theory]
    [InlineData("data: a\n\n")]
    [InlineData("id: 1\n")]
    [InlineData("id: 1\n\nid\n\n")]
    [InlineData("id: 1\n\nid: \ndata: b\n\n")]
    [InlineData("id: \u00fc\n\n")]
    [InlineData("id: a\tb\n\n")]
    [InlineData("idle: 1\n\n")]
    [InlineData("id: 1\0\n\n")]
    public async Task Without_an_id_to_ask_for_a_break_is_the_readers(string sent)
    {
        await using var stream = Stream([sent, "never"]);
        Assert.Same(Broken, await Assert.ThrowsAsync<IOException>(() => ReadAsync(stream)));
        Assert.Empty(_asked);
    }

    [Theory]
    [InlineData("id:1\n\n")]
    [InlineData("id: 1\r\n\r\n")]
    [InlineData("id: 1\r\r")]
    [InlineData("\ufeffid: 1\n\n")]
    [InlineData("data: x\nid: 0\nid: 1\n\ndata: y\n\n")]
    [InlineData("id: 1\n\nid: 2")]
    [InlineData("id: 1\n\nid: 2\ndata: y\n")]
    [InlineData("id: 1\n\nid: 2\0\n\n")]
    public async Task The_id_is_read_as_a_browser_does(string sent)
    {
        await using var stream = Stream([sent, "data: z\n\n"], piece: 1);
        Assert.EndsWith("data: z\n\n", await ReadAsync(stream));
        Assert.Equal(["1"], _asked);
    }

    [Fact]
    public async Task A_break_that_nobody_can_mend_is_the_readers()
    {
        await using var stream = new EventResumingStream(Piece("id: 1\n\n"), (_, _) => Task.FromResult<Stream?>(null));
        Assert.Same(Broken, await Assert.ThrowsAsync<IOException>(() => ReadAsync(stream)));
    }

    [Fact]
    public async Task An_event_reaches_the_reader_when_it_is_whole_and_a_comment_too()
    {
        var beginning = new PieceStream(": hi\n\nid: 1\ndata:"u8.ToArray()) { FallsSilent = true };
        await using var stream = new EventResumingStream(beginning, (_, _) => Task.FromResult<Stream?>(null));
        var buffer = new byte[100];
        Assert.Equal(": hi\n\n", Encoding.UTF8.GetString(buffer, 0, await stream.ReadAsync(buffer)));
        using var leaves = new CancellationTokenSource();
        var reading = stream.ReadAsync(buffer, leaves.Token);
        Assert.False(reading.IsCompleted);
        await leaves.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await reading);
    }

    [Fact]
    public async Task An_event_that_ends_with_a_return_is_not_kept_waiting_for_the_line_feed()
    {
        var pieces = new PieceStream("data: a\r\n\r\n"u8.ToArray(), piece: 10) { FallsSilent = true };
        await using var stream = new EventResumingStream(pieces, Never);
        Assert.Equal(10, await stream.ReadAsync(new byte[100]));
        Assert.Equal(1, await stream.ReadAsync(new byte[100]));
    }

    [Fact]
    public async Task A_stream_that_ends_well_ends_as_it_ended()
    {
        await using var stream = new EventResumingStream(new PieceStream("id: 1\n\ndata: half"u8.ToArray()), Never);
        Assert.Equal("id: 1\n\ndata: half", await ReadAsync(stream));
    }

    [Fact]
    public async Task A_byte_order_mark_comes_once_at_the_beginning()
    {
        await using var stream = Stream(["\ufeffid: 1\n\n", "\ufeffid: 2\n\n", "\ufeff\ndata: x\n\n"], piece: 2);
        Assert.Equal("\ufeffid: 1\n\nid: 2\n\n\ndata: x\n\n", await ReadAsync(stream));
        Assert.Equal(["1", "2"], _asked);
    }

    [Fact]
    public async Task An_event_that_is_too_long_is_passed_through_and_so_is_what_follows()
    {
        var endless = $"id: 1\n\ndata: {new string('x', EventResumingStream.LongestEvent)}";
        await using var stream = Stream([endless, "never"]);
        var got = new MemoryStream();
        await Assert.ThrowsAsync<IOException>(() => stream.CopyToAsync(got));
        Assert.Equal(endless, Encoding.UTF8.GetString(got.ToArray()));
        Assert.False(stream.IsResumable);
        Assert.Empty(_asked);
    }

    [Fact]
    public async Task An_event_that_just_fits_is_held_back()
    {
        var longest = $"id: 1\ndata: {new string('x', EventResumingStream.LongestEvent - 14)}\n\n";
        await using var stream = Stream([longest + longest, "data: z\n\n"], piece: 10_000);
        Assert.Equal(longest + longest + "data: z\n\n", await ReadAsync(stream));
        Assert.True(stream.IsResumable);
    }

    [Fact]
    public async Task Three_reopenings_without_an_event_are_enough()
    {
        await using var stream = Stream(["id: 1\n\n", "id", "id", "id", "id: 2\n\n"]);
        await Assert.ThrowsAsync<IOException>(() => ReadAsync(stream));
        Assert.Equal(["1", "1", "1"], _asked);
    }

    [Fact]
    public void Wherever_it_breaks_every_event_comes_once_and_whole() =>
        Prop.ForAll(Stories().ToArbitrary(), story => Task.Run(() => RunAsync(story)).GetAwaiter().GetResult()).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    private static Gen<Story> Stories() =>
        from events in Gen.Choose(1, 30)
        from ends in Gen.Elements("\n", "\r", "\r\n").ListOf(events)
        from lengths in Gen.Choose(0, 40).Or(Gen.Choose(0, 9_000)).ListOf(events)
        from cuts in Gen.Choose(0, 400).Or(Gen.Choose(0, 20_000)).ListOf()
        from piece in Gen.Choose(1, 300)
        from read in Gen.Choose(1, 300)
        from mark in Gen.Elements("", "\ufeff")
        select new Story([.. ends], [.. lengths], [.. cuts.Take(8)], piece, read, mark);

    private static async Task<bool> RunAsync(Story story)
    {
        var events = story.Ends.Select((end, i) => $": heartbeat{end}id: {i}{end}data: {new string('x', story.Lengths[i])}{end}{end}").ToArray();
        var cuts = new Queue<int>(story.Cuts);

        // A backend that has all events from one on, and breaks after so many bytes, unless it is the last.
        Stream From(int first)
        {
            var bytes = Encoding.UTF8.GetBytes(story.Mark + string.Concat(events[first..]));
            return cuts.TryDequeue(out var cut) ? new PieceStream(bytes[..Math.Min(cut, bytes.Length)], Broken, story.Piece) : new PieceStream(bytes, null, story.Piece);
        }

        await using var stream = new EventResumingStream(From(0), (id, _) => Task.FromResult<Stream?>(From(int.Parse(id) + 1)));
        var got = new MemoryStream();
        try
        {
            await stream.CopyToAsync(got, story.Read);
            Assert.Equal(Lines(story.Mark, events), Lines(TextOf(got)));
        }
        catch (IOException)
        {
            // No event had come, or none in three attempts. What came is whole all the same.
            Assert.Contains(Lines(TextOf(got)), Enumerable.Range(0, events.Length + 1).Select(count => count == 0 ? "" : Lines(story.Mark, events[..count])));
        }

        return true;
    }

    // A break between CR and LF takes the LF away, after which the lines are the same.
    private static string Lines(string mark, params string[] events) => (mark + string.Concat(events)).ReplaceLineEndings("\n");

    private static string TextOf(MemoryStream got) => Encoding.UTF8.GetString(got.ToArray());

    private static Task<Stream?> Never(string id, CancellationToken cancel) => throw new InvalidOperationException("Nobody should ask.");

    private static PieceStream Piece(string text, int piece = int.MaxValue, bool last = false) =>
        new(Encoding.UTF8.GetBytes(text), last ? null : Broken, piece);

    // The streams break one after the other; the last one ends well.
    private EventResumingStream Stream(string[] texts, int piece = int.MaxValue) => new(Piece(texts[0], piece), (id, _) =>
    {
        _asked.Add(id);
        return Task.FromResult<Stream?>(Piece(texts[_asked.Count], piece, last: _asked.Count == texts.Length - 1));
    });

    private static async Task<string> ReadAsync(Stream stream)
    {
        var got = new MemoryStream();
        await stream.CopyToAsync(got);
        return TextOf(got);
    }

    private sealed record Story(string[] Ends, int[] Lengths, int[] Cuts, int Piece, int Read, string Mark)
    {
        public override string ToString() =>
            $"{string.Join(' ', Lengths)}; cuts {string.Join(' ', Cuts)}; ends {string.Join(' ', Ends.Select(end => end.Length == 2 ? "CRLF" : end == "\n" ? "LF" : "CR"))}; piece {Piece}, read {Read}";
    }
}
