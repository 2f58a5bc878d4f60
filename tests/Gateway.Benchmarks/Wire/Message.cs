namespace Gateway.Benchmarks.Wire;

/// <summary>One HTTP/1.1 message as it came over a socket.</summary>
/// <param name="Head">The first line and the headers, each line ended.</param>
/// <param name="Complete">
/// Whether the whole body came, by its <c>Content-Length</c>; false when the connection ended first, or when the length was not said.
/// </param>
internal sealed record Message(string Head, byte[] Body, bool Complete)
{
    private const string Line = "\r\n";

    /// <summary>Of an answer.</summary>
    public int Status => Head.Length >= 12 && int.TryParse(Head.AsSpan(9, 3), out var status) ? status : 0;

    public string? Header(string name)
    {
        var at = Head.IndexOf($"{Line}{name}:", StringComparison.OrdinalIgnoreCase);
        if (at < 0)
        {
            return null;
        }

        var from = at + Line.Length + name.Length + 1;
        return Head[from..Head.IndexOf(Line, from, StringComparison.Ordinal)].Trim();
    }
}
