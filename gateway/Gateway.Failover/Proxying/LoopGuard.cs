using System.Security.Cryptography;

namespace Gateway.Failover.Proxying;

/// <summary>
/// Notices a request that has been through this gateway before, because somebody pointed it at itself or at another that points back. Left alone, it
/// would go round until something runs out.
/// </summary>
/// <remarks>
/// A request that comes from a gateway carries its epoch; only then the gateway adds its own name to it, so that requests from clients, which is
/// nearly all of them, cost nothing. A loop is thus noticed at the third pass. The idea is that of <c>CDN-Loop</c> (RFC 8586).
/// </remarks>
internal sealed class LoopGuard
{
    private const int MostHops = 20;

    private readonly string _name = RandomNumberGenerator.GetHexString(16, lowercase: true);
    private long _loops;

    /// <summary>Requests that were answered with 508.</summary>
    public long Loops => Interlocked.Read(ref _loops);

    public bool Closes(HttpRequest request)
    {
        if (!request.Headers.TryGetValue(FailoverHeaders.Via, out var via))
        {
            return false;
        }

        var hops = via.ToString().Split(',', StringSplitOptions.TrimEntries);
        if (hops.Length < MostHops && !hops.Contains(_name, StringComparer.Ordinal))
        {
            return false;
        }

        Interlocked.Increment(ref _loops);
        return true;
    }

    /// <summary>The gateways that a request has been through, and this one.</summary>
    public string Through(string before) => before.Length == 0 ? _name : $"{before}, {_name}";
}
