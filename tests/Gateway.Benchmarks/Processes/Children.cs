using System.Runtime.InteropServices;

namespace Gateway.Benchmarks.Processes;

/// <summary>All living children. They end with the benchmark, also when somebody presses Ctrl-C.</summary>
internal static class Children
{
    private static readonly HashSet<Child> Living = [];

    // Held, or they would be collected and no longer be called.
    private static readonly PosixSignalRegistration[] Registrations =
    [
        .. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }
            .Select(signal => PosixSignalRegistration.Create(signal, _ => EndAll())),
    ];

    private static bool _ended;

    static Children() => AppDomain.CurrentDomain.ProcessExit += (_, _) => EndAll();

    /// <exception cref="BenchmarkException">The benchmark is ending.</exception>
    public static void Add(Child child, Action start)
    {
        lock (Living)
        {
            if (_ended || Registrations.Length == 0)
            {
                throw new BenchmarkException("The benchmark was stopped.");
            }

            start();
            Living.Add(child);
        }
    }

    public static void Remove(Child child)
    {
        lock (Living)
        {
            Living.Remove(child);
        }
    }

    private static void EndAll()
    {
        lock (Living)
        {
            _ended = true;
            foreach (var child in Living)
            {
                child.EndNow();
            }

            TempFolder.DisposeAll();
        }
    }
}
