using Gateway.Host.Files;
using Microsoft.Extensions.Configuration;

namespace Gateway.Tests.Host;

/// <summary>A file that is edited while the gateway runs.</summary>
public sealed class SteadyJsonSourceTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gateway-file");
    private readonly List<string> _said = [];
    private int _reloads;

    private string Place => Path.Combine(_folder.FullName, "appsettings.json");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task What_is_broken_changes_nothing_and_is_said_and_what_is_mended_applies()
    {
        await File.WriteAllTextAsync(Place, """{ "A": "1", "B": "kept" }""");
        using var file = Open();
        Assert.Equal("1", file["A"]);

        await ChangeAsync("""{ "A": "2", """);
        Assert.Equal(("1", "kept"), (file["A"], file["B"]));
        Assert.StartsWith("appsettings.json: ", Assert.Single(_said), StringComparison.Ordinal);
        Assert.Contains("LineNumber", _said[0]);

        await ChangeAsync("""{ "A": "3" }""");
        Assert.Equal(("3", null), (file["A"], file["B"]));
        Assert.Single(_said);
    }

    [Fact]
    public async Task A_file_that_is_gone_for_a_moment_is_not_forgotten()
    {
        await File.WriteAllTextAsync(Place, """{ "A": "1" }""");
        using var file = Open();

        await ReloadedAsync(() => File.Delete(Place));
        Assert.Equal("1", file["A"]);
        Assert.Equal(["A"], file.GetChildren().Select(child => child.Key));
        Assert.Equal(["appsettings.json: It is gone."], _said);

        await ChangeAsync("""{ "A": "2" }""");
        Assert.Equal("2", file["A"]);
    }

    [Fact]
    public void One_that_is_broken_at_the_start_is_refused()
    {
        File.WriteAllText(Place, "{ nonsense");
        Assert.Throws<InvalidDataException>(Open);
    }

    [Fact]
    public async Task One_that_was_not_there_at_the_start_may_come()
    {
        using var file = Open(optional: true);
        Assert.Null(file["A"]);
        await ChangeAsync("""{ "A": "1" }""");
        Assert.Equal("1", file["A"]);
    }

    private Task ChangeAsync(string text) => ReloadedAsync(() =>
    {
        File.WriteAllText(Place + ".new", text);
        File.Move(Place + ".new", Place, overwrite: true);
    });

    private async Task ReloadedAsync(Action change)
    {
        var before = Volatile.Read(ref _reloads);
        change();
        await Eventually.IsTrueAsync(() => Volatile.Read(ref _reloads) > before, () => "The file was not read again.");
    }

    private Opened Open() => Open(optional: false);

    private Opened Open(bool optional)
    {
        var root = new ConfigurationBuilder().Add<SteadyJsonSource>(source =>
        {
            source.Path = Place;
            source.Optional = optional;
            source.ReloadOnChange = true;
            source.ReloadDelay = 20;
            source.Broken = (path, error) => _said.Add($"{path}: {error}");
            source.ResolveFileProvider();
        }).Build();
        Microsoft.Extensions.Primitives.ChangeToken.OnChange(root.GetReloadToken, () => Interlocked.Increment(ref _reloads));
        return new Opened(root);
    }

    private sealed class Opened(IConfigurationRoot root) : IDisposable
    {
        public string? this[string key] => root[key];

        public IEnumerable<IConfigurationSection> GetChildren() => root.GetChildren();

        public void Dispose() => ((IDisposable)root).Dispose();
    }
}
