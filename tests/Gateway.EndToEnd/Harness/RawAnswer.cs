using System.Text;

namespace Gateway.EndToEnd.Harness;

/// <summary>What a raw backend writes, and what it does with the connection then.</summary>
internal sealed record RawAnswer(string Text, RawEnd Then)
{
    private static readonly TimeSpan Drip = TimeSpan.FromMilliseconds(20);

    public static readonly RawAnswer Ok = Status(200, "OK");

    /// <summary>The same for a HEAD: a length, and nothing of that length.</summary>
    public static readonly RawAnswer OkHead = new("HTTP/1.1 200 Raw\r\nContent-Length: 2\r\n\r\n", RawEnd.KeepOpen);

    /// <summary>Hangs up politely without an answer.</summary>
    public static readonly RawAnswer CloseWithFin = new(string.Empty, RawEnd.Fin);

    /// <summary>Hangs up rudely without an answer.</summary>
    public static readonly RawAnswer CloseWithReset = new(string.Empty, RawEnd.Reset);

    /// <summary>Never answers.</summary>
    public static readonly RawAnswer Silence = new(string.Empty, RawEnd.KeepOpen);

    /// <summary>What it writes after the text, where that is more than a text.</summary>
    public Func<Stream, Task>? More { get; init; }

    public static RawAnswer Status(int status, string body, RawEnd then = RawEnd.KeepOpen) =>
        new($"HTTP/1.1 {status} Raw\r\nContent-Length: {body.Length}\r\n\r\n{body}", then);

    /// <summary>The same, one byte at a time.</summary>
    public RawAnswer Dripping() => new(string.Empty, Then) { More = DripAsync };

    /// <summary>The same as an answer to a HEAD: without the body.</summary>
    public RawAnswer WithoutBody() =>
        Text.IndexOf(RawMessage.EndOfHead, StringComparison.Ordinal) is >= 0 and var end ? this with { Text = Text[..(end + 4)] } : this;

    private async Task DripAsync(Stream stream)
    {
        foreach (var one in Encoding.Latin1.GetBytes(Text))
        {
            await stream.WriteAsync(new[] { one });
            await Task.Delay(Drip);
        }
    }
}

internal enum RawEnd
{
    KeepOpen,
    Fin,
    Reset,
}
