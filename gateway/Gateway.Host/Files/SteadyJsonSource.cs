using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Primitives;

namespace Gateway.Host.Files;

/// <summary>
/// A JSON file that, once read, survives being broken. The framework's own source forgets everything it knew when a changed file cannot be
/// parsed, or is gone for a moment, and tells nobody.
/// </summary>
internal sealed class SteadyJsonSource : JsonConfigurationSource
{
    private string? _error;

    /// <summary>Hears that a changed file could not be read, and why. Set once there is somebody to hear it.</summary>
    public Action<string, string>? Broken { get; set; }

    public override IConfigurationProvider Build(IConfigurationBuilder builder)
    {
        EnsureDefaults(builder);
        var files = new RememberedFile(this, FileProvider!);
        FileProvider = files;
        return new Provider(this, files);
    }

    // Editors save in several steps: once is enough.
    private void Say(string error)
    {
        if (error != _error)
        {
            Broken?.Invoke(Path ?? string.Empty, error);
        }

        _error = error;
    }

    private sealed class Provider(SteadyJsonSource source, RememberedFile file) : JsonConfigurationProvider(source)
    {
        public override void Load(Stream stream)
        {
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            copy.Position = 0;
            try
            {
                base.Load(copy);
                source._error = stream is Remembered ? source._error : null;
                file.Good = copy.ToArray();
            }
            catch (FormatException e) when (file.Good is not null)
            {
                // What was read before stays; the data is replaced only by a whole parse.
                source.Say($"{e.Message} {e.InnerException?.Message}".TrimEnd());
            }
        }
    }

    /// <summary>Shows a file that is gone as it was when it was last good: the framework empties its data before anybody can object.</summary>
    private sealed class RememberedFile(SteadyJsonSource source, IFileProvider files) : IFileProvider, IDisposable
    {
        public byte[]? Good { get; set; }

        public IFileInfo GetFileInfo(string subpath)
        {
            var found = files.GetFileInfo(subpath);
            if (found.Exists || Good is null)
            {
                return found;
            }

            source.Say("It is gone.");
            return new Memory(subpath, Good);
        }

        public IDirectoryContents GetDirectoryContents(string subpath) => files.GetDirectoryContents(subpath);

        public IChangeToken Watch(string filter) => files.Watch(filter);

        public void Dispose() => (files as IDisposable)?.Dispose();
    }

    private sealed record Memory(string Name, byte[] Content) : IFileInfo
    {
        public bool Exists => true;

        public long Length => Content.Length;

        // Without a path the framework asks for the stream.
        public string? PhysicalPath => null;

        public DateTimeOffset LastModified => default;

        public bool IsDirectory => false;

        public Stream CreateReadStream() => new Remembered(Content);
    }

    private sealed class Remembered(byte[] content) : MemoryStream(content, writable: false);
}
