namespace Gateway.Backends.Startup;

/// <summary>How one backend was told to run.</summary>
/// <param name="Name">What it calls itself in every answer.</param>
/// <param name="Role">What it is in the pool, <c>primary</c> say; its name when nothing was said.</param>
/// <param name="Bind">The IP address that it listens on.</param>
/// <param name="Port">The TCP port; 0 lets the system choose one.</param>
/// <param name="ExitWithStdin">Ends when its standard input does, so that it does not outlive the parent that holds the
/// other end.</param>
internal sealed record BackendOptions(string Name, string Role, string Bind, int Port, bool ExitWithStdin);

/// <summary>What a command line asks for.</summary>
internal abstract record BackendCommand
{
    private BackendCommand()
    {
    }

    public sealed record Serve(BackendOptions Options) : BackendCommand;

    public sealed record Check(Uri Url) : BackendCommand;

    public sealed record Help : BackendCommand;

    public sealed record Refused(string Sentence) : BackendCommand;
}
