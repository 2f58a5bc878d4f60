using System.Runtime.InteropServices;

namespace Gateway.Benchmarks.Processes;

/// <summary>The signals of Linux that the benchmark sends; the numbers are those of x86-64 and arm64.</summary>
internal enum Signal
{
    /// <summary>Dies at once, without a word.</summary>
    Kill = 9,

    /// <summary>Asks it to end.</summary>
    Terminate = 15,

    /// <summary>Goes on after <see cref="Stop"/>.</summary>
    Continue = 18,

    /// <summary>Stands still: its sockets stay open, and nobody answers.</summary>
    Stop = 19,
}

internal static partial class Signals
{
    /// <summary>Returns whether there was such a process.</summary>
    public static bool Send(int process, Signal signal) => Kill(process, (int)signal) == 0;

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int process, int signal);
}
