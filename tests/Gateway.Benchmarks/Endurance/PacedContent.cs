using System.Net;

namespace Gateway.Benchmarks.Endurance;

/// <summary>A large body that its client sends piece by piece over ten seconds, or over longer if it cannot be sent faster.</summary>
internal sealed class PacedContent : HttpContent
{
    public const int Length = 30_000_000;

    private const int Pieces = 100;

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);
    private static readonly byte[] Piece = new byte[Length / Pieces];

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        using var timer = new PeriodicTimer(Pace);
        for (var piece = 0; piece < Pieces; piece++)
        {
            await stream.WriteAsync(Piece);
            await timer.WaitForNextTickAsync();
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = Length;
        return true;
    }
}
