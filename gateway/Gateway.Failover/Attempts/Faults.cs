using System.Net.Http;
using System.Net.Sockets;
using System.Security.Authentication;
using Gateway.Core;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Connections;

namespace Gateway.Failover.Attempts;

/// <summary>What a transport's exception says about the backend, in half a sentence.</summary>
internal static class Faults
{
    private const long RefusedStream = 0x7;

    public static Fault Of(Exception error) => error switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } =>
            new Fault(FaultKind.Connect, "its name does not resolve"),
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } or HttpRequestException { InnerException: AuthenticationException } =>
            new Fault(FaultKind.Connect, "TLS failed"),
        HttpRequestException { HttpRequestError: HttpRequestError.VersionNegotiationError } =>
            new Fault(FaultKind.Connect, "no common version of HTTP"),
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } =>
            new Fault(FaultKind.Connect, Socket(error) is { } socket ? Words(socket) : "no connection"),
        HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } =>
            new Fault(FaultKind.Broken, "connection closed before an answer"),
        HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse } =>
            new Fault(FaultKind.Broken, "answer is not HTTP"),
        ObjectDisposedException => new Fault(FaultKind.Connect, "its connections were just dropped"),
        _ when WasRefused(error) => new Fault(FaultKind.Connect, "request refused"),
        SocketException socket => new Fault(FaultKind.Connect, Words(socket.SocketErrorCode)),
        OperationCanceledException => new Fault(FaultKind.Timeout, "no answer in time"),
        _ => new Fault(FaultKind.Broken, Socket(error) is { } socket ? Words(socket) : "connection broken"),
    };

    /// <summary>A transport throws it when a backend fails; whatever else it throws is a bug.</summary>
    /// <remarks>
    /// A bare <see cref="SocketException"/> is how .NET 10 tells of a connection that was reset in the instant after it was made, as happens when
    /// the backend's process ends with connections waiting to be accepted: it asks the socket for the address it is connected to, unguarded.
    /// </remarks>
    public static bool IsTransports(Exception error) => error is HttpRequestException or OperationCanceledException or IOException or SocketException;

    /// <summary>Nothing can have been executed: there never was a connection, or the backend says that it has not looked at the request.</summary>
    public static bool NothingSent(Exception error) => NeverConnected(error) || WasRefused(error);

    private static bool NeverConnected(Exception error) => error is SocketException or HttpRequestException
    {
        HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError,
    };

    // RFC 9113 §8.7: a stream reset with REFUSED_STREAM, or above the last one that a GOAWAY names, was not processed in any way.
    private static bool WasRefused(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error is HttpProtocolException { ErrorCode: RefusedStream })
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// The attempt failed because the client's body did: it broke off, was no HTTP, or came too slowly. The server's own exceptions tell; the
    /// client's side of a connection to a backend never throws them.
    /// </summary>
    public static bool IsClients(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error is BadHttpRequestException or ConnectionResetException or ConnectionAbortedException)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The client went away. A timeout of the route ends a request through the same token, but is not the client's doing.</summary>
    public static bool ClientLeft(HttpContext context) => context.RequestAborted.IsCancellationRequested
        && context.Features.Get<IHttpRequestTimeoutFeature>()?.RequestTimeoutToken.IsCancellationRequested != true;

    private static SocketError? Socket(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error is SocketException socket)
            {
                return socket.SocketErrorCode;
            }
        }

        return null;
    }

    private static string Words(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => "connection refused",
        SocketError.ConnectionReset => "connection reset",
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => "its name does not resolve",
        SocketError.HostUnreachable or SocketError.NetworkUnreachable => "unreachable",
        SocketError.TimedOut => "connect timed out",
        SocketError.Shutdown or SocketError.NotConnected => "connection closed",
        _ => $"connection failed ({error})",
    };
}
