// What failover gives, and what it costs, measured against stock YARP and other proxies. Build for Release, and leave the machine alone meanwhile:
//
//   dotnet run -c Release --project tests/Gateway.Benchmarks -- --throughput     requests/s, p50, p99 under wrk
//   dotnet run -c Release --project tests/Gateway.Benchmarks -- --failover       what clients notice under each fault, peers beside it
//   dotnet run -c Release --project tests/Gateway.Benchmarks -- --kills          twenty kills of the primary in a row
//   dotnet run -c Release --project tests/Gateway.Benchmarks -- --endure         memory with idle WebSockets and with uploads
//   dotnet run -c Release --project tests/Gateway.Benchmarks -- --scale          up to 1,000 pools of 10 backends, HAProxy beside it
//   dotnet run -c Release --project tests/Gateway.Benchmarks -- --memory         bytes and time per request, and per decision
//   dotnet run -c Release --project tests/Gateway.Benchmarks -- --processor      processor time per request
//
// Those of cost compare two things that differ in nothing but AddFailover() and MapFailover(), in one run and taking turns, so
// that a busy machine harms both alike. Believe ratios and bytes; requests/s are those of the machine.
using Gateway.Benchmarks;
using Gateway.Benchmarks.Endurance;
using Gateway.Benchmarks.Failover;
using Gateway.Benchmarks.Memory;
using Gateway.Benchmarks.Processor;
using Gateway.Benchmarks.Roles;
using Gateway.Benchmarks.Scale;
using Gateway.Benchmarks.Throughput;

try
{
    var arguments = Arguments.Parse(args);
    return arguments.Mode switch
    {
        Mode.Throughput => await ThroughputBenchmark.RunAsync(arguments),
        Mode.Failover => await FailoverBenchmark.RunAsync(arguments),
        Mode.Kills => await KillsBenchmark.RunAsync(arguments.Runs ?? 20),
        Mode.Scale => await ScaleBenchmark.RunAsync(arguments.Seconds, arguments.Watch),
        Mode.Endure => await EnduranceBenchmark.RunAsync(),
        Mode.Memory => MemoryBenchmark.Run(arguments.BenchmarkDotNet),
        Mode.Processor => await ProcessorBenchmark.RunAsync(arguments.Runs ?? 41),
        Mode.Role => await RolePlay.RunAsync(arguments),
        _ => Say(Arguments.Usage),
    };
}
catch (BenchmarkException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}

static int Say(string text)
{
    Console.WriteLine(text);
    return 0;
}
