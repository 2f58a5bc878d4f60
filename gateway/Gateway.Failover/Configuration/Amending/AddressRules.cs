using System.Net;

namespace Gateway.Failover.Configuration.Amending;

/// <summary>
/// Where a backend that an operator adds may be. Stricter than for the configuration: an address that comes over the network could make the gateway
/// ask a cloud's metadata service for its own credentials and hand out the answer (server-side request forgery).
/// </summary>
internal static class AddressRules
{
    private const int LongestAddress = 2_000;
    private const int LongestName = 100;

    // The link-local ones, among which most metadata services are, and those of Amazon, Alibaba, Oracle and Azure outside them. Those of IPv4 also inside IPv6 (RFC 4291, RFC 6052).
    private static readonly IPNetwork[] Forbidden =
    [
        IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("fe80::/10"), IPNetwork.Parse("fd00:ec2::254/128"),
        IPNetwork.Parse("100.100.100.200/32"), IPNetwork.Parse("192.0.0.192/32"), IPNetwork.Parse("168.63.129.16/32"),
        IPNetwork.Parse("::169.254.0.0/112"), IPNetwork.Parse("64:ff9b::169.254.0.0/112"),
    ];

    private static readonly string[] ForbiddenNames = ["metadata.google.internal", "metadata.goog", "metadata", "instance-data"];

    /// <summary>Why a text is no name for a backend, or null. In the configuration a few more are allowed, which a URL could not name.</summary>
    public static string? OfName(string id) =>
        id.Length is > 0 and <= LongestName && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') && id.Any(c => c != '.')
            ? null
            : $"The name of a backend is '{Short(id)}'; allowed are 1 to {LongestName} letters, digits, '-', '_' and '.'.";

    /// <summary>Why a text is no address of a backend, or null.</summary>
    public static string? OfAddress(string setting, string text)
    {
        var isUrl = text.Length is > 0 and <= LongestAddress && text.All(c => c is > ' ' and < '\x7f' and not '\\')
            && Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is ("http" or "https") && url.Host.Length > 0
            && url.UserInfo.Length == 0 && !text.Contains('@') && !text.Contains('?') && !text.Contains('#');
        return isUrl
            ? null
            : $"The {setting} is '{Short(text)}'; allowed is an absolute http or https URL without user, query and fragment, "
                + "such as http://10.0.0.7:8080/.";
    }

    /// <summary>Why a text is no Host field, or null.</summary>
    public static string? OfHost(string text) =>
        text.Length <= LongestAddress && Uri.TryCreate($"http://{text}/", UriKind.Absolute, out var url)
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':' or '[' or ']') && url.Host.Length > 0
            ? null
            : $"The host is '{Short(text)}'; allowed is a name, with a port or without one.";

    /// <summary>Why the gateway must not go to a well-formed address, or null. A name is looked at as a name only.</summary>
    public static string? Objection(string address)
    {
        var host = new Uri(address).DnsSafeHost.TrimEnd('.');
        var forbidden = IPAddress.TryParse(host, out var ip) ? IsForbidden(ip) : ForbiddenNames.Contains(host, StringComparer.OrdinalIgnoreCase);
        return forbidden ? Refusal(address, host) : null;
    }

    /// <summary>The same for what a name stands for now.</summary>
    public static string? Objection(string address, IEnumerable<IPAddress> resolved) =>
        resolved.FirstOrDefault(IsForbidden) is { } ip ? Refusal(address, ip.ToString()) : null;

    private static bool IsForbidden(IPAddress address)
    {
        var ip = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : new IPAddress(address.GetAddressBytes());
        return Forbidden.Any(network => network.BaseAddress.AddressFamily == ip.AddressFamily && network.Contains(ip));
    }

    private static string Refusal(string address, string host) =>
        $"No backend at {address}: {host} is link-local or a metadata service, where no operator may send the gateway.";

    private static string Short(string text) => text.Length <= LongestName ? text : text[..LongestName] + "…";
}
