using System.Text.Json;
using Gateway.Backends.Faults;
using Gateway.Backends.Health;

namespace Gateway.Backends.Streams;

internal sealed record Tick(long Id, string Name, string Role, int Pid, DateTime Time);

internal static class StreamSetup
{
    public static void MapStream(
        this WebApplication app, BackendIdentity identity, FaultState faults, TimeProvider time) =>
        app.MapGet("/api/stream", async (HttpContext context) =>
        {
            if (!StreamRequest.TryRead(context.Request, out var stream, out var refusal))
            {
                await context.AnswerProblemAsync(StatusCodes.Status400BadRequest, "Bad stream", refusal);
                return;
            }

            if (stream.Seen >= stream.Last)
            {
                // This is how a server tells an EventSource not to come back.
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                return;
            }

            using var ended = CancellationTokenSource.CreateLinkedTokenSource(
                context.RequestAborted, app.Lifetime.ApplicationStopping);
            context.Response.ContentType = "text/event-stream";
            context.Response.Headers.CacheControl = "no-cache";
            try
            {
                await SendAsync(context.Response, stream, identity, faults, time, ended.Token);
            }
            catch (OperationCanceledException) when (ended.IsCancellationRequested)
            {
                // A stream that is cut by a shutdown must not look as if it had come to its end.
                context.Abort();
            }
        });

    private static async Task SendAsync(
        HttpResponse response, StreamRequest stream, BackendIdentity identity, FaultState faults, TimeProvider time,
        CancellationToken ended)
    {
        for (var id = stream.Seen + 1; id <= stream.Last; id++)
        {
            await faults.WhileHangingAsync(ended);
            var tick = new Tick(id, identity.Name, identity.Role, identity.Pid, time.GetUtcNow().UtcDateTime);
            await response.WriteAsync(
                $"id: {id}\nevent: tick\ndata: {JsonSerializer.Serialize(tick, Json.Plain.Tick)}\n\n", ended);
            await response.Body.FlushAsync(ended);
            if (id < stream.Last)
            {
                await Task.Delay(stream.Interval, time, ended);
            }
        }
    }
}
