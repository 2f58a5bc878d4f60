using Gateway.Backends.Answers;
using Gateway.Backends.Blobs;
using Gateway.Backends.Executions;
using Gateway.Backends.Faults;
using Gateway.Backends.Health;
using Gateway.Backends.Sockets;
using Gateway.Backends.Startup;
using Gateway.Backends.Streams;

namespace Gateway.Backends;

/// <summary>The demo backend, from its command line to its last request. It has a name of its own (not the global
/// <c>Program</c> of top-level statements), so that a test project can refer to it and to the gateway's host at
/// once.</summary>
internal static class Program
{
    public static Task<int> Main(string[] args) =>
        BackendArguments.Read(args, Environment.GetEnvironmentVariable) switch
        {
            BackendCommand.Serve serve => Listener.RunAsync(Build(serve.Options, TimeProvider.System), serve.Options),
            BackendCommand.Check check => HealthCheck.RunAsync(check.Url),
            BackendCommand.Help => Say(Console.Out, BackendArguments.Usage, exitCode: 0),
            BackendCommand.Refused refused => Say(Console.Error, refused.Sentence, exitCode: 1),
            var other => throw new InvalidOperationException($"No row for {other}."),
        };

    internal static WebApplication Build(BackendOptions options, TimeProvider time)
    {
        var started = time.GetUtcNow().UtcDateTime;
        var identity = new BackendIdentity(options.Name, options.Role, started, Environment.ProcessId);
        var executions = new ExecutionCounts();
        var faults = new FaultState(time);

        var app = Listener.Create(options);
        app.UseFailureLog();
        app.UseExecutions(executions);
        app.UseFaults(faults, time);
        app.UseWebSockets();

        app.MapHealth(identity, faults);
        app.MapAnswers(identity, executions, time);
        app.MapStream(identity, faults, time);
        app.MapBlob();
        app.MapEcho();
        app.MapExecutions(executions);
        app.MapFaults(identity, faults);
        return app;
    }

    private static async Task<int> Say(TextWriter to, string text, int exitCode)
    {
        await to.WriteLineAsync(text);
        return exitCode;
    }
}
