using System.Text.Json;
using Gateway.Core;
using Gateway.Failover.Configuration;
using Gateway.Failover.Engine;

namespace Gateway.Failover.Operators;

/// <summary>Turns a changing call into a command for the engine, and the engine's answer into a response: 202, or 409 with the reason.</summary>
internal sealed partial class PoolCommands(PoolDirectory pools, Inbox inbox, ConfigGate gate)
{
    private const int LargestBody = 16 * 1024;

    private static readonly TimeSpan LongestDrain = TimeSpan.FromHours(24);

    public Task<IResult> SwitchoverAsync(HttpContext context, string pool) => WithBodyAsync(context, body =>
        string.IsNullOrEmpty(body.To)
            ? Task.FromResult(Bad("The body names no backend in \"to\"; allowed is { \"to\": \"backend\", \"expectedEpoch\": 3, \"force\": false }."))
            : AskAsync(context, pool, body.To, new Command.Switchover(Id(pool, body.To), body.Force) { ExpectedEpoch = Expected(body) }));

    public Task<IResult> FailbackAsync(HttpContext context, string pool) =>
        WithBodyAsync(context, body => AskAsync(context, pool, backend: null, new Command.Failback { ExpectedEpoch = Expected(body) }));

    public Task<IResult> HoldAsync(HttpContext context, string pool) =>
        WithBodyAsync(context, body => AskAsync(context, pool, backend: null, new Command.Hold { ExpectedEpoch = Expected(body) }));

    public Task<IResult> ReleaseAsync(HttpContext context, string pool) =>
        WithBodyAsync(context, body => AskAsync(context, pool, backend: null, new Command.Release { ExpectedEpoch = Expected(body) }));

    public Task<IResult> BackendAsync(HttpContext context, string pool, string backend, Func<BackendId, Command> command) =>
        WithBodyAsync(context, body => AskAsync(context, pool, backend, command(Id(pool, backend)) with { ExpectedEpoch = Expected(body) }));

    public Task<IResult> DrainAsync(HttpContext context, string pool, string backend) => WithBodyAsync(context, body =>
        body.Within is { } text && (!Duration.TryParse(text, out var within) || within < TimeSpan.Zero || within > LongestDrain)
            ? Task.FromResult(Bad($"within is '{text}'; allowed is {Duration.Form}, 0ms to 24h."))
            : AskAsync(context, pool, backend, new Command.Drain(Id(pool, backend))
            {
                Within = body.Within is { } limit ? Duration.Parse(limit) : null,
                ExpectedEpoch = Expected(body),
            }));

    /// <summary>Who asks, in words: the address, as far as it is known.</summary>
    public static string By(HttpContext context) => $"an operator at {context.Connection.RemoteIpAddress?.ToString() ?? "this machine"}";

    private async Task<IResult> AskAsync(HttpContext context, string pool, string? backend, Command command)
    {
        if (pools.Find(pool) is not { } found)
        {
            return Unknown($"There is no pool '{pool}'.");
        }

        if (backend is not null && !found.Members.ContainsKey(backend))
        {
            return Unknown($"Pool '{pool}' has no backend '{backend}'.");
        }

        try
        {
            var answer = await inbox.AskAsync(pool, command, By(context), context.RequestAborted);
            return Answered(answer!);
        }
        catch (TimeoutException)
        {
            return NotInTime();
        }
    }

    private static IResult Answered(Answer answer) => answer.Accepted
        ? TypedResults.Accepted((string?)null, new { sequence = answer.Sequence, epoch = answer.Epoch.Number, sentence = answer.Sentence })
        : Refused(answer.Sentence);

    private static IResult Refused(string sentence) => TypedResults.Problem(sentence, statusCode: StatusCodes.Status409Conflict, title: "Refused");

    private static IResult NotInTime() => TypedResults.Problem(
        "The engine did not answer in time; look at the pool before asking again.", statusCode: StatusCodes.Status503ServiceUnavailable);

    // Names are compared without case, as YARP does it; the rules know the configured spelling only.
    private BackendId Id(string pool, string backend) =>
        new(pools.Find(pool)?.Members.GetValueOrDefault(backend)?.Id ?? backend);

    private static async Task<IResult> WithBodyAsync(HttpContext context, Func<CommandBody, Task<IResult>> act)
    {
        CommandBody? body;
        try
        {
            body = await ReadAsync(context.Request);
        }
        catch (JsonException e)
        {
            return Bad($"The body is not the JSON object that is expected: {e.Message}");
        }

        return body is null ? Bad("The body is too large.") : await act(body);
    }

    private static async Task<CommandBody?> ReadAsync(HttpRequest request)
    {
        var buffer = new byte[LargestBody];
        var length = await request.Body.ReadAtLeastAsync(buffer, LargestBody, throwOnEndOfStream: false, request.HttpContext.RequestAborted);
        return length switch
        {
            0 => new CommandBody(),
            LargestBody => null,
            _ => JsonSerializer.Deserialize<CommandBody>(buffer.AsSpan(0, length), JsonSerializerOptions.Web) ?? new CommandBody(),
        };
    }

    private static Epoch? Expected(CommandBody body) => body.ExpectedEpoch is { } number ? new Epoch(number) : null;

    private static IResult Bad(string sentence) => TypedResults.Problem(sentence, statusCode: StatusCodes.Status400BadRequest, title: "Not understood");

    private static IResult Unknown(string sentence) => TypedResults.Problem(sentence, statusCode: StatusCodes.Status404NotFound, title: "Not found");

    private sealed record CommandBody(string? To = null, long? ExpectedEpoch = null, bool Force = false, string? Within = null)
    {
        public string? Id { get; init; }

        public string? Address { get; init; }

        public string? Health { get; init; }

        public string? Host { get; init; }

        public int? Tier { get; init; }
    }
}
