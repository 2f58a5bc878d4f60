using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Gateway.Failover.Attempts.Resumption;

namespace Gateway.Tests.Attempts.Resumption;

public class ResumingStreamTests
{
    private static readonly byte[] Whole = Encoding.ASCII.GetBytes("0123456789");
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);
    private static readonly IOException Broken = new("The connection is gone.");

    private readonly FakeTimeProvider _time = new();
    private readonly List<long> _asked = [];

    [Fact]
    public async Task A_download_that_breaks_goes_on_where_it_broke()
    {
        var first = new PieceStream(Whole[..4], Broken);
        await using var stream = Stream(first, position => new PieceStream(Whole[(int)position..]));
        Assert.Equal(Whole, await ReadAsync(stream, 3));
        Assert.Equal([4], _asked);
        Assert.True(first.IsDisposed);
    }

    [Fact]
    public async Task A_clean_end_that_comes_too_early_is_a_break()
    {
        await using var stream = Stream(new PieceStream(Whole[..4]), position => new PieceStream(Whole[(int)position..]));
        Assert.Equal(Whole, await ReadAsync(stream, 100));
        await using var alone = Stream(new PieceStream(Whole[..4]), _ => null);
        await Assert.ThrowsAsync<HttpIOException>(() => ReadAsync(alone, 100));
    }

    [Fact]
    public async Task A_break_that_nobody_can_mend_is_the_readers()
    {
        await using var stream = Stream(new PieceStream(Whole[..4], Broken), _ => null);
        Assert.Same(Broken, await Assert.ThrowsAsync<IOException>(() => ReadAsync(stream, 100)));
    }

    [Fact]
    public async Task A_backend_that_falls_silent_is_left()
    {
        await using var stream = Stream(
            new PieceStream(Whole[..4]) { FallsSilent = true }, position => new PieceStream(Whole[(int)position..], piece: 1));
        var reading = ReadAsync(stream, 100);
        await Eventually.IsTrueAsync(() => _time.HasTimer(Idle));
        _time.Advance(Idle);
        Assert.Equal(Whole, await reading);
        Assert.False(_time.HasTimer(Idle));
    }

    /// <summary>
    /// YARP first asks with an empty buffer whether there is anything to read. .NET answers that with yes when the wait was cut short, and threw from
    /// the read that followed what no transport throws: the download was broken in one of three silences.
    /// </summary>
    [Fact]
    public async Task A_backend_that_is_silent_to_an_empty_buffer_is_left_too()
    {
        await using var stream = Stream(
            new PieceStream([]) { FallsSilent = true, SaysYesWhenCut = true }, position => new PieceStream(Whole[(int)position..]));
        var asking = stream.ReadAsync(Memory<byte>.Empty).AsTask();
        await Eventually.IsTrueAsync(() => _time.HasTimer(Idle));
        _time.Advance(Idle);
        Assert.Equal(0, await asking);
        Assert.Equal([0L], _asked);
        Assert.Equal(Whole, await ReadAsync(stream, 100));
    }

    [Fact]
    public async Task A_reader_that_leaves_is_not_served_on()
    {
        await using var stream = Stream(new PieceStream([]) { FallsSilent = true }, _ => new PieceStream(Whole));
        using var leaves = new CancellationTokenSource();
        var reading = stream.ReadAsync(new byte[10], leaves.Token).AsTask();
        await Eventually.IsTrueAsync(() => _time.HasTimer(Idle));
        await leaves.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        Assert.Empty(_asked);
    }

    [Fact]
    public async Task What_a_bug_throws_is_not_mended()
    {
        await using var stream = Stream(new PieceStream([], new InvalidOperationException("A bug.")), _ => new PieceStream(Whole));
        await Assert.ThrowsAsync<InvalidOperationException>(() => ReadAsync(stream, 100));
        Assert.Empty(_asked);
    }

    [Fact]
    public async Task Three_resumptions_without_a_byte_are_enough()
    {
        await using var stream = Stream(new PieceStream(Whole[..4], Broken), _ => new PieceStream([], Broken));
        await Assert.ThrowsAsync<IOException>(() => ReadAsync(stream, 100));
        Assert.Equal([4, 4, 4], _asked);
    }

    [Fact]
    public async Task A_hundred_resumptions_are_enough()
    {
        await using var stream = new ResumingStream(new PieceStream(new byte[1], Broken), 1_000, Idle, _time, Answer(_ => new PieceStream(new byte[1], Broken)));
        await Assert.ThrowsAsync<IOException>(() => ReadAsync(stream, 100));
        Assert.Equal(ResumingStream.MostResumptions, _asked.Count);
    }

    [Fact]
    public async Task Asking_whether_there_is_anything_mends_a_break_too()
    {
        await using var stream = Stream(new PieceStream(Whole[..4], Broken), position => new PieceStream(Whole[(int)position..]));
        Assert.Equal(4, await stream.ReadAsync(new byte[10]));
        Assert.Equal(0, await stream.ReadAsync(Memory<byte>.Empty));
        Assert.Equal([4], _asked);
        Assert.Equal(Whole[4..], await ReadAsync(stream, 100));
    }

    [Fact]
    public async Task The_content_has_the_fields_of_the_original_and_is_not_buffered()
    {
        var first = new PieceStream(Whole[..4], Broken);
        using var original = new StreamContent(first) { Headers = { ContentLength = 10, ContentType = new("image/png") } };
        original.Headers.TryAddWithoutValidation("Expires", "0");
        var content = new ResumingContent(original, Stream(first, position => new PieceStream(Whole[(int)position..])));
        Assert.Equal(original.Headers.ToString(), content.Headers.ToString());
        var stream = await content.ReadAsStreamAsync();
        Assert.False(first.IsRead);
        Assert.Equal(Whole, await ReadAsync(stream, 100));
        content.Dispose();
        Assert.True(first.IsDisposed);
    }

    [Fact]
    public void Wherever_it_breaks_the_reader_gets_every_byte_once() =>
        Prop.ForAll(Cuts().ToArbitrary(), cut => Task.Run(() => RunAsync(cut)).GetAwaiter().GetResult()).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    private static Gen<Cut> Cuts() =>
        from total in Gen.Choose(1, 3_000)
        from pieces in Gen.Choose(0, 900).ListOf()
        from excess in Gen.Choose(0, 10)
        from piece in Gen.Choose(1, 700)
        from read in Gen.Choose(1, 700)
        from clean in Gen.Elements(true, false)
        select new Cut(total, [.. pieces], excess, piece, read, clean);

    private async Task<bool> RunAsync(Cut cut)
    {
        var whole = new byte[cut.Total];
        new Random(cut.Total).NextBytes(whole);
        var pieces = new Queue<int>(cut.Pieces);

        // Each backend sends a piece of its own length; the last one all the rest, and perhaps more than that.
        PieceStream Next(long position) => pieces.TryDequeue(out var length)
            ? new PieceStream(whole[(int)position..(int)Math.Min(position + length, cut.Total)], cut.Clean ? null : Broken, cut.Piece)
            : new PieceStream([.. whole[(int)position..], .. new byte[cut.Excess]], Broken, cut.Piece);

        await using var stream = new ResumingStream(Next(0), cut.Total, Idle, _time, Answer(Next));
        var got = new MemoryStream();
        try
        {
            await CopyAsync(stream, got, cut.Read);
            Assert.Equal(whole, got.ToArray());
        }
        catch (IOException)
        {
            // Given up, which it only does where nothing came three times.
            Assert.Equal(whole[..(int)got.Length], got.ToArray());
            Assert.Contains("0 0 0", string.Join(' ', cut.Pieces.Skip(1)));
        }

        return true;
    }

    private ResumingStream Stream(PieceStream first, Func<long, PieceStream?> next) => new(first, Whole.Length, Idle, _time, Answer(next));

    private Func<long, CancellationToken, Task<Stream?>> Answer(Func<long, PieceStream?> next) => (position, _) =>
    {
        _asked.Add(position);
        return Task.FromResult<Stream?>(next(position));
    };

    private static async Task<byte[]> ReadAsync(Stream stream, int size)
    {
        var got = new MemoryStream();
        await CopyAsync(stream, got, size);
        return got.ToArray();
    }

    private static async Task CopyAsync(Stream stream, MemoryStream to, int size)
    {
        var buffer = new byte[size];
        while (await stream.ReadAsync(buffer) is > 0 and var read)
        {
            to.Write(buffer, 0, read);
        }
    }

    private sealed record Cut(int Total, int[] Pieces, int Excess, int Piece, int Read, bool Clean)
    {
        public override string ToString() => $"{Total} in {string.Join(' ', Pieces)}, excess {Excess}, piece {Piece}, read {Read}, clean {Clean}";
    }
}
