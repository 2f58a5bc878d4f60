using System.Globalization;

namespace Gateway.Backends.Blobs;

/// <summary>A number of bytes as people write it: <c>1000</c>, <c>64k</c>, <c>10m</c>, <c>1g</c>, in powers of
/// 1024.</summary>
internal static class BlobSize
{
    public const long Default = 1L << 20;
    public const long Largest = 1L << 30;

    public static bool TryParse(string text, out long size)
    {
        var shift = text.Length == 0 ? 0 : char.ToLowerInvariant(text[^1]) switch
        {
            'k' => 10,
            'm' => 20,
            'g' => 30,
            _ => 0,
        };
        var digits = shift == 0 ? text : text[..^1];
        var isNumber = long.TryParse(digits, NumberStyles.None, null, out var count);
        size = isNumber && count <= Largest >> shift ? count << shift : -1;
        return size >= 0;
    }
}
