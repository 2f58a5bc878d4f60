namespace Gateway.EndToEnd.Harness;

/// <summary>A folder of one test's own: configuration, journal, logs.</summary>
internal sealed class TestFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("gateway-end-to-end-").FullName;

    public string Journal => File("journal.jsonl");

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
