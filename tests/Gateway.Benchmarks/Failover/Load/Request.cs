using System.Text;
using Gateway.Benchmarks.Roles.Faulty;

namespace Gateway.Benchmarks.Failover.Load;

/// <summary>One request of the load, with an id that a backend can count executions by.</summary>
internal readonly record struct Request(string Prefix, int Number, bool IsPost)
{
    public string Id => $"{Prefix}-{Number}";

    /// <summary>What the client has to be answered with.</summary>
    public byte[] Expected => Answers.Body(Id, Encoding.ASCII.GetBytes(Posted));

    private string Posted => IsPost ? $$"""{"order":"{{Id}}","items":["one","two","three","four"]}""" : string.Empty;

    public byte[] Bytes(int port)
    {
        var body = IsPost ? $"Content-Type: application/json\r\nContent-Length: {Posted.Length}\r\n\r\n{Posted}" : "\r\n";
        return Encoding.ASCII.GetBytes(
            $"{(IsPost ? "POST" : "GET")} /api/data{FaultyConnection.IdParameter}{Id} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{body}");
    }
}
