using System.Collections.Concurrent;

namespace Gateway.Benchmarks.Processes;

/// <summary>A folder for the configuration and the leavings of the processes; it goes with the run.</summary>
internal sealed class TempFolder : IDisposable
{
    private static readonly ConcurrentDictionary<TempFolder, bool> All = new();

    public TempFolder() => All.TryAdd(this, value: true);

    public string Path { get; } = Directory.CreateTempSubdirectory("gateway-benchmark-").FullName;

    /// <summary>For an end that disposes of nothing.</summary>
    public static void DisposeAll()
    {
        foreach (var folder in All.Keys)
        {
            folder.Dispose();
        }
    }

    public string Write(string name, string text)
    {
        var file = System.IO.Path.Combine(Path, name);
        File.WriteAllText(file, text);
        return file;
    }

    public void Dispose()
    {
        if (!All.TryRemove(this, out _))
        {
            return;
        }

        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // A process that was ended in a hurry may still write; the system clears its folder for temporary files.
        }
    }
}
