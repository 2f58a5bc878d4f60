using Gateway.Backends.Health;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Backends.Faults;

/// <param name="Mode">The fault of the moment, <c>none</c> when it behaves.</param>
/// <param name="Until">When it ends by itself; null where there is nothing to end.</param>
internal sealed record FaultAnswer(
    string Name, string Role, int Pid, string Mode, DateTime? Until, string Sentence);

internal static class FaultsSetup
{
    /// <summary>The longest that a process which was told to end waits for its own answer to leave.</summary>
    private static readonly TimeSpan FarewellDeadline = TimeSpan.FromSeconds(1);

    public static void UseFaults(this WebApplication app, FaultState faults, TimeProvider time) =>
        app.Use(next => new FaultMiddleware(next, faults, time).InvokeAsync);

    public static void MapFaults(this WebApplication app, BackendIdentity identity, FaultState faults)
    {
        app.MapPost("/fail", (HttpContext context) =>
            !FaultRequest.TryRead(context.Request.Query, out var request, out var refusal)
                ? context.AnswerProblemAsync(StatusCodes.Status400BadRequest, "Bad fault", refusal)
            : request.Mode == FaultMode.Exit
                ? ExitAsync(context, identity)
            : Answer(context, identity, request.Mode, faults.Begin(request.Mode, request.Lasting)));

        app.MapPost("/recover", (HttpContext context) =>
        {
            faults.End();
            return Answer(context, identity, FaultMode.None, until: null);
        });
    }

    /// <summary>Answers, then dies as a crash would: nothing else in flight is finished. The connection is closed
    /// with the answer, and its end is the sign that the answer has left.</summary>
    private static async Task ExitAsync(HttpContext context, BackendIdentity identity)
    {
        context.Response.Headers.Connection = "close";
        var closed = context.Features.GetRequiredFeature<IConnectionLifetimeFeature>().ConnectionClosed;
        closed.Register(() => Environment.Exit(1));
        await Answer(context, identity, FaultMode.Exit, until: null);
        // Counted from here: on a busy machine the answer itself may take a while to be made.
        _ = Task.Delay(FarewellDeadline, CancellationToken.None)
            .ContinueWith(_ => Environment.Exit(1), TaskScheduler.Default);
    }

    private static Task Answer(HttpContext context, BackendIdentity identity, FaultMode mode, DateTime? until)
    {
        var word = FaultRequest.Word(mode);
        var sentence = mode switch
        {
            FaultMode.None => $"{identity.Name} is back to normal.",
            FaultMode.Exit => $"{identity.Name} ends now with exit code 1.",
            FaultMode.Drain => $"{identity.Name} asks for no new requests until {until:HH:mm:ss} UTC or until it is told to recover.",
            _ => $"{identity.Name} misbehaves ({word}) until {until:HH:mm:ss} UTC or until it is told to recover.",
        };
        var answer = new FaultAnswer(identity.Name, identity.Role, identity.Pid, word, until, sentence);
        return context.AnswerAsync(answer, Json.Plain.FaultAnswer);
    }
}
