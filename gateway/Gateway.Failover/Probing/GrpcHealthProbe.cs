using System.Globalization;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using Gateway.Core;

namespace Gateway.Failover.Probing;

/// <summary>
/// One call of gRPC's health protocol (grpc/doc/health-checking.md): who says SERVING passes. HTTP/2 is spoken from the first byte on where there is no
/// TLS, and agreed on in its handshake where there is.
/// </summary>
internal sealed class GrpcHealthProbe : IProbe
{
    public const string Path = "/grpc.health.v1.Health/Check";

    private const string Status = "grpc-status";
    private const int Unimplemented = 12;
    private const int NotFound = 5;

    // grpc/doc/statuscodes.md, in the order of their numbers.
    private static readonly string[] Names =
    [
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED",
        "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
    ];

    public string Awaited => "answer";

    public async Task<ProbeOutcome> LookAsync(ProbeTarget target, ProbeClient client, CancellationToken cancel)
    {
        using var request = ProbeRequest.Create(HttpMethod.Post, target);
        request.Version = HttpVersion.Version20;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        request.Headers.TryAddWithoutValidation("TE", "trailers");
        request.Headers.TryAddWithoutValidation("grpc-timeout", $"{target.Options.Timeout.TotalMilliseconds:0}m");
        request.Content = new ByteArrayContent(GrpcHealthMessage.Request(target.Options.Service));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        using var response = await client.SendAsync(target, request, inOwnVersion: true, cancel);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            return Failed($"answered {(int)response.StatusCode}");
        }

        if (response.Content.Headers.ContentType?.MediaType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) != true)
        {
            return Failed("answered 200, but does not speak gRPC");
        }

        var message = new byte[GrpcHealthMessage.MostAnswer];
        await using var body = await response.Content.ReadAsStreamAsync(cancel);
        var length = await body.ReadAtLeastAsync(message, message.Length, throwOnEndOfStream: false, cancel);
        if (length == message.Length)
        {
            return Failed("answered with too long a message");
        }

        // The trailers come after the last byte; an answer without a message has them in its head.
        return (Code(response.TrailingHeaders) ?? Code(response.Headers)) switch
        {
            null => new ProbeOutcome.Failed(new Fault(FaultKind.Broken, "answer ended without a gRPC status")),
            0 => Judge(GrpcHealthMessage.Read(message.AsSpan(0, length))),
            { } code => Failed(Words(code, target.Options.Service)),
        };
    }

    private static ProbeOutcome Judge(GrpcHealth? health) => health switch
    {
        GrpcHealth.Serving => ProbeOutcome.Passed.Instance,
        GrpcHealth.NotServing => Failed("says NOT_SERVING"),
        GrpcHealth.ServiceUnknown => Failed("says SERVICE_UNKNOWN"),
        GrpcHealth.Unknown => Failed("says UNKNOWN"),
        _ => Failed("answered with a message that is not of the health protocol"),
    };

    private static int? Code(HttpResponseHeaders headers) =>
        headers.NonValidated.TryGetValues(Status, out var values)
            ? int.TryParse(values.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : 2
            : null;

    // The text of grpc-message is the backend's own and may be anything; the number says enough.
    private static string Words(int code, string service) => code switch
    {
        Unimplemented => "does not implement grpc.health.v1.Health",
        NotFound => service.Length == 0 ? "answered gRPC status 5 (NOT_FOUND)" : $"does not know the service {service}",
        _ => $"answered gRPC status {code}{(code < Names.Length ? $" ({Names[code]})" : string.Empty)}",
    };

    private static ProbeOutcome.Failed Failed(string detail) => new(new Fault(FaultKind.Status, detail));
}
