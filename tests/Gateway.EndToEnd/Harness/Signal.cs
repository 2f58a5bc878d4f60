using System.Runtime.InteropServices;

namespace Gateway.EndToEnd.Harness;

/// <summary>The signals of Linux that the tests send; the numbers are those of x86-64 and arm64.</summary>
internal enum Signal
{
    /// <summary>Ctrl-C.</summary>
    Interrupt = 2,

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
    public static void Send(int process, Signal signal)
    {
        if (Kill(process, (int)signal) != 0)
        {
            throw new InvalidOperationException($"Signal {signal} to process {process}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <summary>Whether there is such a process; signal 0 only asks.</summary>
    public static bool IsAlive(int process) => Kill(process, 0) == 0;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int process, int signal);
}
