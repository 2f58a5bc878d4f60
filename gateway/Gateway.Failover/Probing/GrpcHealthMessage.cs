using System.Buffers.Binary;
using System.Text;

namespace Gateway.Failover.Probing;

/// <summary>What a server says of itself or of one of its services: <c>ServingStatus</c> of grpc.health.v1.</summary>
internal enum GrpcHealth
{
    Unknown = 0,
    Serving = 1,
    NotServing = 2,
    ServiceUnknown = 3,
}

/// <summary>
/// The two messages of gRPC's health protocol, each one field long, in gRPC's frame: a byte for compression, four for the length. Written by hand,
/// because they are smaller than the tools that would write them.
/// </summary>
internal static class GrpcHealthMessage
{
    /// <summary>An answer is shorter than this; a good one has seven bytes.</summary>
    public const int MostAnswer = 4096;

    private const int Frame = 5;
    private const int MostVarint = 10;

    // Field 1 of either message: a text in the request, a number in the answer.
    private const byte Service = (1 << 3) | Text;
    private const ulong Status = (1 << 3) | Number;

    private const int Number = 0;
    private const int Fixed64 = 1;
    private const int Text = 2;
    private const int Fixed32 = 5;

    public static byte[] Request(string service)
    {
        var name = Encoding.UTF8.GetBytes(service);
        var message = new List<byte>(Frame + 1 + MostVarint + name.Length);
        if (name.Length > 0)
        {
            message.Add(Service);
            var rest = (uint)name.Length;
            for (; rest >= 0x80; rest >>= 7)
            {
                message.Add((byte)(rest | 0x80));
            }

            message.Add((byte)rest);
            message.AddRange(name);
        }

        var framed = new byte[Frame + message.Count];
        BinaryPrimitives.WriteInt32BigEndian(framed.AsSpan(1), message.Count);
        message.CopyTo(framed, Frame);
        return framed;
    }

    /// <summary>What an answer says; null when it is no answer of this protocol. Fields that are not known are passed over.</summary>
    public static GrpcHealth? Read(ReadOnlySpan<byte> framed)
    {
        if (framed.Length < Frame || framed[0] != 0 || BinaryPrimitives.ReadUInt32BigEndian(framed[1..]) != framed.Length - Frame)
        {
            return null;
        }

        // A field that is not sent has its default.
        var status = 0UL;
        for (var rest = framed[Frame..]; rest.Length > 0;)
        {
            if (!TryVarint(ref rest, out var tag) || !TryValue(ref rest, (int)(tag & 7), out var value))
            {
                return null;
            }

            status = tag == Status ? value : status;
        }

        return status <= (ulong)GrpcHealth.ServiceUnknown ? (GrpcHealth)status : GrpcHealth.Unknown;
    }

    private static bool TryValue(ref ReadOnlySpan<byte> rest, int type, out ulong value)
    {
        value = 0;
        switch (type)
        {
            case Number:
                return TryVarint(ref rest, out value);
            case Fixed64:
                return TrySkip(ref rest, sizeof(ulong));
            case Text:
                return TryVarint(ref rest, out var length) && TrySkip(ref rest, length);
            case Fixed32:
                return TrySkip(ref rest, sizeof(uint));
            default:
                return false;
        }
    }

    private static bool TrySkip(ref ReadOnlySpan<byte> rest, ulong length)
    {
        if (length > (ulong)rest.Length)
        {
            return false;
        }

        rest = rest[(int)length..];
        return true;
    }

    private static bool TryVarint(ref ReadOnlySpan<byte> rest, out ulong value)
    {
        value = 0;
        for (var at = 0; at < Math.Min(rest.Length, MostVarint); at++)
        {
            value |= (ulong)(rest[at] & 0x7f) << (7 * at);
            if (rest[at] < 0x80)
            {
                rest = rest[(at + 1)..];
                return true;
            }
        }

        return false;
    }
}
