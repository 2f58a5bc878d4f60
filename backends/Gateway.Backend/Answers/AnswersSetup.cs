using System.Security.Cryptography;
using Gateway.Backends.Executions;
using Gateway.Backends.Health;

namespace Gateway.Backends.Answers;

/// <summary>Who answered, what it saw of the request, and how many requests it has had since it was started.</summary>
/// <param name="Length">The length of the request's body in bytes; null for a request that is only read.</param>
/// <param name="Sha256">The hash of the request's body in lower-case hexadecimal.</param>
internal sealed record Answer(
    string Name, string Role, int Pid, DateTime Time, string Method, long Served,
    string? RequestId, string? FailoverEpoch, long? Length, string? Sha256);

internal static class AnswersSetup
{
    private const string Path = "/api/data";
    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];
    private static readonly string[] Writing =
        [HttpMethods.Post, HttpMethods.Put, HttpMethods.Patch, HttpMethods.Delete];


    public static void MapAnswers(
        this WebApplication app, BackendIdentity identity, ExecutionCounts executions, TimeProvider time)
    {
        app.MapMethods(Path, Reading, context => AnswerAsync(context, null, null));
        app.MapMethods(Path, Writing, async context =>
        {
            var (length, hash) = await MeasureAsync(context.Request.Body, context.RequestAborted);
            await AnswerAsync(context, length, hash);
        });

        Task AnswerAsync(HttpContext context, long? length, string? hash)
        {
            var headers = context.Request.Headers;
            var answer = new Answer(
                identity.Name, identity.Role, identity.Pid, time.GetUtcNow().UtcDateTime,
                context.Request.Method, executions.Total,
                headers["X-Request-Id"], headers["X-Failover-Epoch"], length, hash);
            return context.AnswerAsync(answer, Json.Plain.Answer);
        }
    }

    /// <summary>Hashes while it reads: a body of any length takes one buffer.</summary>
    private static async Task<(long Length, string Sha256)> MeasureAsync(Stream body, CancellationToken aborted)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[64 * 1024];
        long length = 0;
        while (await body.ReadAsync(buffer, aborted) is > 0 and var read)
        {
            hash.AppendData(buffer, 0, read);
            length += read;
        }

        return (length, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}
