namespace Gateway.Benchmarks.Processes;

/// <summary>A folder for the configuration and the leavings of the processes; it goes with the run.</summary>
internal sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("gateway-benchmark-").FullName;

    public string Write(string name, string text)
    {
        var file = System.IO.Path.Combine(Path, name);
        File.WriteAllText(file, text);
        return file;
    }

    public void Dispose()
    {
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
