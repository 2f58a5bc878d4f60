using System.Buffers;
using System.Text;

namespace Gateway.Failover.Configuration;

/// <summary>What has to fit together in the probes of a pool. A header's value may be a secret, and is told by its name only.</summary>
internal static class ProbeRelations
{
    private const int LongestText = 1024;

    // RFC 9110 §5.6.2.
    private static readonly SearchValues<char> Token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    // Those of the connection, which the transport writes, and those that .NET knows as a body's, which a GET has not.
    private static readonly HashSet<string> NotForProbes = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "Expect", "Allow", "Expires", "Last-Modified",
    };

    public static IEnumerable<string> Broken(string path, ProbeOptions probe) =>
        OfRequest($"{path}:Probe", probe).Concat(OfAnswer($"{path}:Probe", probe)).Concat(OfTimes($"{path}:Probe", probe));

    private static IEnumerable<string> OfRequest(string at, ProbeOptions probe)
    {
        if (!FailoverRelations.IsPath(probe.Path))
        {
            yield return $"{at}:Path is '{probe.Path}'; allowed is a path that begins with '/'.";
        }

        if (probe.Host.Length > 0 && !IsHost(probe.Host))
        {
            yield return $"{at}:Host is '{probe.Host}'; allowed is a name or an address, with a port or without.";
        }

        if (probe.ServerName.Length > 0 && Uri.CheckHostName(probe.ServerName) == UriHostNameType.Unknown)
        {
            yield return $"{at}:ServerName is '{probe.ServerName}'; allowed is a name without a port.";
        }

        if (probe.Service.Length > 0 && probe.Kind != ProbeKind.Grpc)
        {
            yield return $"{at}:Service is '{probe.Service}' and Kind {probe.Kind}; allowed is a Service with Kind Grpc.";
        }

        foreach (var name in probe.Headers.Keys.Where(name => !MayBeSent(name)))
        {
            yield return $"{at}:Headers has '{name}'; allowed are the names of header fields, without Host (which is Probe:Host), Content-*, X-Failover-* "
                + "and those of the connection.";
        }

        foreach (var name in probe.Headers.Where(header => header.Value is null || header.Value.Any(c => c is < ' ' or > '~')).Select(header => header.Key))
        {
            yield return $"{at}:Headers:{name} has a value that cannot be sent; allowed is one line of ASCII characters.";
        }
    }

    private static IEnumerable<string> OfAnswer(string at, ProbeOptions probe)
    {
        if (probe.Statuses.Count == 0)
        {
            yield return $"{at}:Statuses is empty; allowed are {StatusRange.Form}.";
        }

        foreach (var text in probe.Statuses.Where(text => !StatusRange.TryParse(text, out _)))
        {
            yield return $"{at}:Statuses has '{text}'; allowed is {StatusRange.Form}.";
        }

        if (probe.Contains.Length > 0 && probe.Kind != ProbeKind.Http)
        {
            yield return $"{at}:Contains is '{probe.Contains}' and Kind {probe.Kind}; allowed is Contains with Kind Http.";
        }

        if (Encoding.UTF8.GetByteCount(probe.Contains) is > LongestText and var length)
        {
            yield return $"{at}:Contains has {length} bytes; allowed are at most {LongestText}.";
        }

        if (probe.DrainHeader.Length > 0 && !IsToken(probe.DrainHeader))
        {
            yield return $"{at}:DrainHeader is '{probe.DrainHeader}'; allowed is the name of a header field, or nothing.";
        }

        if (probe.DrainStatuses.Count > 0 && probe.Kind != ProbeKind.Http)
        {
            yield return $"{at}:DrainStatuses is {OptionsReader.Show(probe.DrainStatuses)} and Kind {probe.Kind}; allowed are DrainStatuses with Kind Http.";
        }
    }

    private static IEnumerable<string> OfTimes(string at, ProbeOptions probe)
    {
        if (probe.FastInterval > probe.Interval)
        {
            yield return $"{at}:FastInterval is {Duration.Format(probe.FastInterval)} and Interval {Duration.Format(probe.Interval)}; "
                + "allowed is a FastInterval of at most Interval.";
        }

        // Where nobody has set it, a longer Interval takes its place.
        if (probe.SlowInterval < probe.Interval && probe.SlowInterval != new ProbeOptions().SlowInterval)
        {
            yield return $"{at}:SlowInterval is {Duration.Format(probe.SlowInterval)} and Interval {Duration.Format(probe.Interval)}; "
                + "allowed is a SlowInterval of at least Interval.";
        }
    }

    private static bool MayBeSent(string name) =>
        IsToken(name) && !NotForProbes.Contains(name) && !name.Equals("Host", StringComparison.OrdinalIgnoreCase)
        && !name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase)
        && !name.StartsWith(Proxying.FailoverHeaders.Prefix, StringComparison.OrdinalIgnoreCase);

    private static bool IsToken(string name) => name.Length > 0 && !name.AsSpan().ContainsAnyExcept(Token);

    private static bool IsHost(string text) =>
        text.All(c => c is > ' ' and < '\x7f' and not ('/' or '\\' or '@' or '?' or '#')) && Uri.TryCreate($"http://{text}/", UriKind.Absolute, out _);
}
