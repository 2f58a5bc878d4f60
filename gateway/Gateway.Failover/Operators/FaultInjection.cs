using System.Net.Http;
using Gateway.Failover.Configuration;
using Gateway.Failover.Engine;
using Gateway.Failover.Proxying;

namespace Gateway.Failover.Operators;

/// <summary>Breaks and mends backends by calling them, where that is allowed: for demonstrations and drills.</summary>
internal sealed partial class FaultInjection(ConfigGate gate, PoolDirectory pools, ClusterClients clients, ILogger<FaultInjection> log)
{
    public async Task<IResult> FailAsync(HttpContext context, string? pool, string? backend, string? mode)
    {
        if (Find(pool, out var found) is { } refused)
        {
            return refused;
        }

        backend ??= found!.View.Serving.FirstOrDefault() ?? found.View.State.Active.Backends[0].Value;
        if (!found!.Setup.Addresses.TryGetValue(Spelling(found, backend), out var address))
        {
            return NotFound($"Pool '{found.Id}' has no backend '{backend}'.");
        }

        var query = context.Request.Query;
        var passed = QueryString.Create(query.Where(pair => pair.Key is "mode" or "for").Select(pair => KeyValuePair.Create(pair.Key, pair.Value)));
        var url = BackendAddress.Join(address.Address, gate.Current.Options.Faults.FailPath + passed);
        Log.Breaking(log, backend, found.Id.Value, mode ?? "exit", PoolCommands.By(context));
        var (status, text) = await PostAsync(found, found.Members[Spelling(found, backend)], url, context.RequestAborted);
        return Answer(status, text, found, backend, mode ?? "exit", $"{backend} was told to fail ({mode ?? "exit"}).");
    }

    public async Task<IResult> RecoverAsync(HttpContext context, string? pool, string? backend)
    {
        if (Find(pool, out var found) is { } refused)
        {
            return refused;
        }

        if (backend is not null && !found!.Setup.Addresses.ContainsKey(Spelling(found, backend)))
        {
            return NotFound($"Pool '{found.Id}' has no backend '{backend}'.");
        }

        var targets = backend is null ? [.. found!.Setup.Addresses.Keys.Order()] : new[] { Spelling(found!, backend) };
        var calls = targets.Select(id => PostAsync(
            found!, found!.Members[id], BackendAddress.Join(found!.Setup.Addresses[id].Address, gate.Current.Options.Faults.RecoverPath), context.RequestAborted));
        var answers = await Task.WhenAll(calls);
        var worst = answers.MaxBy(answer => answer.Status);
        Log.Mending(log, string.Join(", ", targets), found!.Id.Value, PoolCommands.By(context));
        return Answer(worst.Status, worst.Text, found, string.Join(", ", targets), "none", $"{string.Join(" and ", targets)} told to recover.");
    }

    private IResult? Find(string? name, out Pool? pool)
    {
        var wanted = name ?? gate.Current.DefaultPool;
        pool = wanted is null ? null : pools.Find(wanted);
        if (!gate.Current.Options.Faults.Allowed)
        {
            return TypedResults.Problem(
                "Faults are not allowed here; Failover:Faults:Allowed is false.", statusCode: StatusCodes.Status403Forbidden, title: "Not allowed");
        }

        return pool is null ? NotFound(name is null ? "There is no pool." : $"There is no pool '{name}'.") : null;
    }

    private static string Spelling(Pool pool, string backend) => pool.Members.GetValueOrDefault(backend)?.Id ?? backend;

    private async Task<(int Status, string Text)> PostAsync(Pool pool, Backend backend, Uri url, CancellationToken cancel)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(gate.Current.Options.Faults.Timeout);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent([]) };
            using var response = await clients.SendAsync(pool.Id.Value, backend, request, deadline.Token);
            return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(deadline.Token));
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return (StatusCodes.Status502BadGateway, Attempts.Faults.Of(e).Detail);
        }
    }

    private static IResult Answer(int status, string text, Pool pool, string backend, string mode, string sentence) => status switch
    {
        < 300 => TypedResults.Ok(new { pool = pool.Id.Value, backend, mode, sentence }),
        >= 400 and < 500 => TypedResults.Problem($"{backend} refused: {text}", statusCode: status, title: "Refused by the backend"),
        _ => TypedResults.Problem($"{backend} could not be reached: {text}.", statusCode: StatusCodes.Status502BadGateway, title: "Not reached"),
    };

    private static IResult NotFound(string sentence) => TypedResults.Problem(sentence, statusCode: StatusCodes.Status404NotFound, title: "Not found");

    private static partial class Log
    {
        [LoggerMessage(1601, LogLevel.Warning, "{Backend} of pool {Pool} is told to fail ({Mode}) by {By}.")]
        public static partial void Breaking(ILogger log, string backend, string pool, string mode, string by);

        [LoggerMessage(1602, LogLevel.Information, "{Backends} of pool {Pool} told to recover by {By}.")]
        public static partial void Mending(ILogger log, string backends, string pool, string by);
    }
}
