using System.Net.Sockets;
using Gateway.Backends.Executions;
using Microsoft.AspNetCore.Connections.Features;

namespace Gateway.Backends.Faults;

/// <summary>Does to a request what the fault of the moment says. What breaks and mends a backend, and the evidence of
/// what it executed, work whatever the fault is.</summary>
internal sealed class FaultMiddleware(RequestDelegate next, FaultState faults, TimeProvider time)
{
    private static readonly TimeSpan SlowAnswer = TimeSpan.FromSeconds(2);
    private static readonly PathString[] Exempt = ["/fail", "/recover", ExecutionsSetup.Path];

    public Task InvokeAsync(HttpContext context)
    {
        var path = context.Request.Path;
        if (Array.Exists(Exempt, exempt => path.StartsWithSegments(exempt)))
        {
            return next(context);
        }

        var isWork = path.StartsWithSegments("/api");
        var fault = faults.Current;
        return fault.Mode switch
        {
            FaultMode.Hang => HangAsync(context, fault),
            FaultMode.Error when isWork => ErrorAsync(context),
            FaultMode.Slow when isWork => SlowAsync(context),
            FaultMode.Reset when isWork => Reset(context),
            FaultMode.Forbidden when isWork => ForbidAsync(context),
            FaultMode.Truncate when isWork => TruncateAsync(context),
            _ => next(context),
        };
    }

    /// <summary>A request that hung is cut when the fault is over: it was promised no answer.</summary>
    private static async Task HangAsync(HttpContext context, Fault hang)
    {
        var stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        try
        {
            await hang.Over.EndedAsync(cut.Token);
        }
        catch (OperationCanceledException)
        {
            // The client gave up, or the process ends: the same end for this request.
        }

        context.Abort();
    }

    private static Task ErrorAsync(HttpContext context) => context.AnswerProblemAsync(
        StatusCodes.Status500InternalServerError,
        "Told to fail",
        "This backend was told to answer every request with 500.");

    private static Task ForbidAsync(HttpContext context) => context.AnswerProblemAsync(
        StatusCodes.Status403Forbidden,
        "Told to fail",
        "This backend was told to answer every request with 403.");

    private async Task SlowAsync(HttpContext context)
    {
        await Task.Delay(SlowAnswer, time, context.RequestAborted);
        await next(context);
    }

    /// <summary>With no time to linger, closing a socket throws away what is queued and sends RST.</summary>
    private static Task Reset(HttpContext context)
    {
        if (context.Features.Get<IConnectionSocketFeature>() is { } connection)
        {
            connection.Socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }

        context.Abort();
        return Task.CompletedTask;
    }

    private Task TruncateAsync(HttpContext context)
    {
        context.Response.Body = new BrokenOffBody(context.Response, context.Response.Body);
        return next(context);
    }
}
