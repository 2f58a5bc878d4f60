using System.Net.Http;
using Gateway.Core.Attempts;
using Gateway.Failover.Engine;
using Gateway.Failover.Proxying;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Model;

namespace Gateway.Failover.Attempts;

/// <summary>What kind of request it is, and how it is addressed to one backend or another.</summary>
internal static class RequestShape
{
    /// <summary>An upgrade is a GET only in name: what it starts is not repeatable.</summary>
    public static RequestMethod MethodOf(HttpRequestMessage request, HttpContext context)
    {
        var method = request.Method;
        if (method == HttpMethod.Get || method == HttpMethod.Head || method == HttpMethod.Options)
        {
            return context.Request.Headers.Upgrade.Count == 0 ? RequestMethod.Safe : RequestMethod.Unsafe;
        }

        return method == HttpMethod.Put || method == HttpMethod.Delete ? RequestMethod.Idempotent : RequestMethod.Unsafe;
    }

    public static BodyKind BodyOf(HttpContext context) =>
        context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true ? BodyKind.Streamed : BodyKind.None;

    /// <summary>Drops what a client must not say, adds the epoch, and gives every request that is not safe a content that notes when it was sent.</summary>
    /// <returns>The content, or null where there is none to watch.</returns>
    public static SentTracking? Prepare(HttpRequestMessage request, RequestMethod method, PoolView view)
    {
        DropForged(request);
        request.Headers.TryAddWithoutValidation(FailoverHeaders.Epoch, view.EpochHeader);
        var isTunnel = request.Method == HttpMethod.Connect || request.Method == HttpMethod.Get;
        if (request.Content is null && (method == RequestMethod.Safe || isTunnel))
        {
            return null;
        }

        var tracking = new SentTracking(request.Content);
        request.Content = tracking;
        return tracking;
    }

    /// <summary>Addresses the request to another backend: authority, path prefix and Host.</summary>
    public static void Retarget(HttpRequestMessage request, DestinationState from, DestinationState to)
    {
        var (old, fresh) = (from.Model.Config, to.Model.Config);
        var (prefix, uri) = (old.Address.TrimEnd('/'), request.RequestUri!.OriginalString);
        request.RequestUri = IsUnder(prefix, uri)
            ? new Uri(fresh.Address.TrimEnd('/') + uri[prefix.Length..])
            // A transform wrote an address of its own. Only the authority is ours to change.
            : new UriBuilder(request.RequestUri) { Scheme = new Uri(fresh.Address).Scheme, Host = new Uri(fresh.Address).Host, Port = new Uri(fresh.Address).Port }.Uri;
        if (!string.IsNullOrEmpty(old.Host) && string.Equals(request.Headers.Host, old.Host, StringComparison.OrdinalIgnoreCase))
        {
            request.Headers.Host = string.IsNullOrEmpty(fresh.Host) ? null : fresh.Host;
        }
        else if (string.IsNullOrEmpty(request.Headers.Host) && !string.IsNullOrEmpty(fresh.Host))
        {
            request.Headers.Host = fresh.Host;
        }
    }

    private static bool IsUnder(string prefix, string uri) =>
        uri.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) && (uri.Length == prefix.Length || uri[prefix.Length] is '/' or '?');

    private static void DropForged(HttpRequestMessage request)
    {
        List<string>? forged = null;
        foreach (var header in request.Headers.NonValidated)
        {
            if (header.Key.StartsWith(FailoverHeaders.Prefix, StringComparison.OrdinalIgnoreCase))
            {
                (forged ??= []).Add(header.Key);
            }
        }

        forged?.ForEach(name => request.Headers.Remove(name));
    }
}
