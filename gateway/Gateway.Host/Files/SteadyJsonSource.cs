using Microsoft.Extensions.Configuration.Json;

namespace Gateway.Host.Files;

/// <summary>
/// A JSON file that, once read, survives being broken. The framework's own source forgets everything it knew when a changed file cannot be
/// parsed, or is gone for a moment, and tells nobody.
/// </summary>
internal sealed class SteadyJsonSource : JsonConfigurationSource
{
    /// <summary>Hears that a changed file could not be read, and why. Set once there is somebody to hear it.</summary>
    public Action<string, string>? Broken { get; set; }

    public override IConfigurationProvider Build(IConfigurationBuilder builder)
    {
        EnsureDefaults(builder);
        return new Provider(this);
    }

    private sealed class Provider(SteadyJsonSource source) : JsonConfigurationProvider(source)
    {
        private bool _loaded;
        private string? _error;

        public override void Load()
        {
            base.Load();
            _loaded = true;
        }

        public override void Load(Stream stream)
        {
            try
            {
                base.Load(stream);
                _error = null;
            }
            catch (FormatException e) when (_loaded)
            {
                // What was read before stays; the data is replaced only by a whole parse. Editors save in several steps: once is enough.
                var error = $"{e.Message} {e.InnerException?.Message}".TrimEnd();
                if (error != _error)
                {
                    source.Broken?.Invoke(source.Path ?? string.Empty, error);
                }

                _error = error;
            }
        }
    }
}
