using System.Buffers;
using System.Globalization;

namespace Gateway.Failover.Telemetry;

/// <summary>
/// Fills the memory of an <see cref="IBufferWriter{T}"/> piece by piece: a scrape is many thousand short pieces, and
/// asking a pipe for memory costs more than copying one.
/// </summary>
internal ref struct Utf8Appender(IBufferWriter<byte> output)
{
    private const int PieceSize = 4096;
    private const int LongestNumber = 32;

    // Whole numbers below it are exact in a double and are written without an exponent.
    private const double ExactWhole = 1L << 53;

    private Span<byte> _free = default;
    private int _used = 0;

    public void Append(scoped ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > _free.Length)
        {
            var fits = _free.Length;
            bytes[..fits].CopyTo(_free);
            bytes = bytes[fits..];
            _used += fits;
            Complete();
            _free = output.GetSpan(PieceSize);
        }

        bytes.CopyTo(_free);
        _free = _free[bytes.Length..];
        _used += bytes.Length;
    }

    /// <summary>A number as Go's <c>ParseFloat</c> reads it, which is what Prometheus wants.</summary>
    public void Append(double value)
    {
        Span<byte> number = stackalloc byte[LongestNumber];
        if (!double.IsFinite(value))
        {
            Append(double.IsNaN(value) ? "NaN"u8 : value > 0 ? "+Inf"u8 : "-Inf"u8);
        }
        else if (Math.Abs(value) < ExactWhole && value == Math.Truncate(value))
        {
            ((long)value).TryFormat(number, out var length, default, CultureInfo.InvariantCulture);
            Append(number[..length]);
        }
        else
        {
            value.TryFormat(number, out var length, "R", CultureInfo.InvariantCulture);
            Append(number[..length]);
        }
    }

    /// <summary>Hands over what was appended so far.</summary>
    public void Complete()
    {
        // Kestrel's pipe refuses even to advance by nothing before it was asked for memory.
        if (_used > 0)
        {
            output.Advance(_used);
        }

        _used = 0;
        _free = default;
    }
}
