using System.Net.Http;
using Gateway.Core.Attempts;
using Gateway.Failover.Configuration;
using Gateway.Failover.Engine;
using Gateway.Failover.Proxying;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Model;

namespace Gateway.Failover.Attempts;

/// <summary>What kind of request it is, and how it is addressed to one backend or another.</summary>
internal static class RequestShape
{
    private const string EventStream = "text/event-stream";

    /// <summary>An upgrade is a GET only in name: what it starts is not repeatable.</summary>
    public static RequestMethod MethodOf(HttpRequestMessage request, HttpContext context, FailoverRouteOptions route)
    {
        var method = request.Method;
        if (method == HttpMethod.Get || method == HttpMethod.Head || method == HttpMethod.Options)
        {
            return IsUpgrade(request, context) ? RequestMethod.Unsafe : RequestMethod.Safe;
        }

        if (method == HttpMethod.Put || method == HttpMethod.Delete)
        {
            return RequestMethod.Idempotent;
        }

        // draft-ietf-httpapi-idempotency-key-header: the key makes a repeat recognizable, where the backends agreed to look at it.
        var mayCarryKey = route.IdempotencyKey && (method == HttpMethod.Post || method == HttpMethod.Patch);
        return mayCarryKey && !string.IsNullOrEmpty(context.Request.Headers["Idempotency-Key"]) ? RequestMethod.Idempotent : RequestMethod.Unsafe;
    }

    /// <summary>A WebSocket or another upgrade, a gRPC call, an event stream: what may be silent for as long as it likes.</summary>
    public static bool IsStream(HttpRequestMessage request, HttpContext context)
    {
        var accept = context.Request.Headers.Accept;
        return (accept.Count > 0 && accept[0]!.StartsWith(EventStream, StringComparison.OrdinalIgnoreCase))
            || context.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true
            || request.Method == HttpMethod.Connect
            || IsUpgrade(request, context);
    }

    /// <summary>
    /// Only over HTTP/2 a backend can say that it has not begun a request that it got. Where the cluster leaves it open what is spoken, a body is not
    /// kept for the rare case that it is.
    /// </summary>
    public static bool MayBeRefused(HttpRequestMessage request) =>
        request.Version.Major >= 2 && request.VersionPolicy != HttpVersionPolicy.RequestVersionOrLower;

    public static bool IsEventStream(HttpResponseMessage answer) =>
        answer.Content.Headers.NonValidated.TryGetValues("Content-Type", out var type)
        && type.ToString().StartsWith(EventStream, StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Whether the request is given a content that tells when it was sent: everything that has a body, and everything that is not safe. On an
    /// upgrade or a CONNECT a content would be a fault.
    /// </summary>
    public static bool NeedsContent(HttpRequestMessage request, HttpContext context, RequestMethod method, out bool hasBody)
    {
        hasBody = context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true;
        var isTunnel = request.Method == HttpMethod.Connect || request.Method == HttpMethod.Get;
        if (!hasBody && (method == RequestMethod.Safe || isTunnel))
        {
            return false;
        }

        // With "Expect" the backend would have the request before its content is asked for: "possibly sent" would be a lie, and .NET
        // would send it again. The client has its 100 from this server.
        request.Headers.Remove("Expect");
        return true;
    }

    /// <summary>Drops what a client must not say, and adds the epoch.</summary>
    public static void Clean(HttpRequestMessage request, PoolView view, LoopGuard loops)
    {
        List<string>? forged = null;
        foreach (var header in request.Headers.NonValidated)
        {
            if (header.Key.StartsWith(FailoverHeaders.Prefix, StringComparison.OrdinalIgnoreCase))
            {
                (forged ??= []).Add(header.Key);
            }
        }

        if (forged is not null)
        {
            Drop(request, forged, loops);
        }

        Tell(request, view);
    }

    private static void Tell(HttpRequestMessage request, PoolView view)
    {
        if (view.EpochHeader is { } epoch)
        {
            request.Headers.TryAddWithoutValidation(FailoverHeaders.Epoch, epoch);
        }
    }

    /// <summary>Addresses the request to another backend: authority, path prefix and Host. The verdict may be another by now, and so may be its number.</summary>
    public static void Retarget(HttpRequestMessage request, DestinationState from, DestinationState to, PoolView view)
    {
        request.Headers.Remove(FailoverHeaders.Epoch);
        Tell(request, view);
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

    /// <summary>The same request, without a body, for another backend, while this one is still under way.</summary>
    public static HttpRequestMessage CopyFor(HttpRequestMessage request, DestinationState from, DestinationState to, PoolView view)
    {
        var copy = new HttpRequestMessage(request.Method, request.RequestUri) { Version = request.Version, VersionPolicy = request.VersionPolicy };
        foreach (var (name, values) in request.Headers.NonValidated)
        {
            foreach (var value in values)
            {
                copy.Headers.TryAddWithoutValidation(name, value);
            }
        }

        Retarget(copy, from, to, view);
        return copy;
    }

    // Of the upgrades that clients ask for, YARP passes only real ones on; "Upgrade: h2c" is a plain GET to the backend.
    private static bool IsUpgrade(HttpRequestMessage request, HttpContext context) =>
        context.Request.Headers.Upgrade.Count != 0 && request.Headers.NonValidated.Contains("Upgrade");

    private static bool IsUnder(string prefix, string uri) =>
        uri.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) && (uri.Length == prefix.Length || uri[prefix.Length] is '/' or '?');

    // Apart, or every request would pay for the closure of the few.
    private static void Drop(HttpRequestMessage request, List<string> forged, LoopGuard loops)
    {
        var through = request.Headers.NonValidated.TryGetValues(FailoverHeaders.Via, out var via) ? via.ToString() : string.Empty;
        forged.ForEach(name => request.Headers.Remove(name));
        if (forged.Contains(FailoverHeaders.Epoch, StringComparer.OrdinalIgnoreCase))
        {
            request.Headers.TryAddWithoutValidation(FailoverHeaders.Via, loops.Through(through));
        }
    }
}
