namespace Gateway.Benchmarks.Processes;

/// <summary>How to start a program.</summary>
internal sealed record Command(string Program, params string[] Arguments)
{
    public Dictionary<string, string> Environment { get; init; } = [];

    /// <summary>This program again, in a role.</summary>
    public static Command Role(string role, params string[] arguments) =>
        new("dotnet", [typeof(Command).Assembly.Location, "--role", role, .. arguments]);

    /// <summary>
    /// The gateway: the one that <c>GATEWAY_PROGRAM</c> names, such as a published one, or the one beside us in the tree, built by the same command for
    /// the same configuration.
    /// </summary>
    /// <exception cref="BenchmarkException">It was not built.</exception>
    public static Command Host(params string[] arguments)
    {
        var program = System.Environment.GetEnvironmentVariable("GATEWAY_PROGRAM") ?? AppContext.BaseDirectory.Replace("tests/Gateway.Benchmarks", "gateway/Gateway.Host") + "Gateway.Host.dll";
        return File.Exists(program)
            ? new Command("dotnet", [program, .. arguments])
            : throw new BenchmarkException($"{program} is not there; build Gateway.sln first.");
    }
}
