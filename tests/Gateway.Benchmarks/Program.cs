// What failover costs, measured against stock YARP. Build for Release, and leave the machine alone meanwhile:
//
//   dotnet run -c Release --project tests/Gateway.Benchmarks -- --throughput     requests/s, p50, p99 under wrk
//   dotnet run -c Release --project tests/Gateway.Benchmarks -- --memory         bytes and time per request, and per decision
//   dotnet run -c Release --project tests/Gateway.Benchmarks -- --processor      processor time per request
//
// All compare two things that differ in nothing but AddFailover() and MapFailover(), in one run and taking turns, so that a
// busy machine harms both alike. Believe ratios and bytes; requests/s are those of the machine.
using Gateway.Benchmarks;
using Gateway.Benchmarks.Memory;
using Gateway.Benchmarks.Processor;
using Gateway.Benchmarks.Roles;
using Gateway.Benchmarks.Throughput;

try
{
    var arguments = Arguments.Parse(args);
    return arguments.Mode switch
    {
        Mode.Throughput => await ThroughputBenchmark.RunAsync(arguments),
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
