using System.Reflection;

namespace Gateway.EndToEnd.Harness;

/// <summary>Where the build has put the programs under test.</summary>
internal static class Programs
{
    public static string Host => Find("Gateway.Host");

    public static string Backend => Find("Gateway.Backend");

    private static string Find(string name)
    {
        var relative = typeof(Programs).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == name).Value!;
        var path = Path.GetFullPath(relative, AppContext.BaseDirectory);
        return File.Exists(path) ? path : throw new FileNotFoundException($"{name} was not built: there is no {path}.");
    }
}
