using System.Globalization;
using System.Net;

namespace Gateway.Backends.Startup;

/// <summary>Reads the command line, then the environment, then the defaults: the first that says something
/// wins.</summary>
internal static class BackendArguments
{
    public const string Usage =
        """
        Gateway.Backend [--name NAME] [--role ROLE] [--port PORT] [--bind ADDRESS] [--exit-with-stdin]
        Gateway.Backend --check URL      asks a running backend: exit code 0 on status 200, else 1

          --name             BACKEND_NAME   what it calls itself (backend)
          --role             BACKEND_ROLE   what it is in the pool (its name)
          --port             BACKEND_PORT   0 to 65535, 0 for any free port (3001)
          --bind             BACKEND_BIND   the IP address to listen on (127.0.0.1)
          --exit-with-stdin                 end when standard input ends
        """;

    private static readonly string[] Valued = ["--name", "--role", "--port", "--bind", "--check"];

    public static BackendCommand Read(string[] args, Func<string, string?> environment)
    {
        var given = new Dictionary<string, string>();
        for (var i = 0; i < args.Length; i++)
        {
            var (key, inline) = Split(args[i]);
            switch (key)
            {
                case "--help" or "-h":
                    return new BackendCommand.Help();
                case "--exit-with-stdin" when inline is null:
                    given[key] = "";
                    break;
                case var _ when !Valued.Contains(key):
                    var allowed = string.Join(", ", Valued);
                    return Refuse($"Argument '{args[i]}' is unknown; allowed are {allowed} and --exit-with-stdin.");
                case var _ when inline is null && i + 1 == args.Length:
                    return Refuse($"Argument '{key}' needs a value.");
                default:
                    given[key] = inline ?? args[++i];
                    break;
            }
        }

        string? Setting(string argument, string variable) =>
            given.TryGetValue(argument, out var value) ? value
            : environment(variable) is { Length: > 0 } fromEnvironment ? fromEnvironment
            : null;

        return given.TryGetValue("--check", out var url)
            ? Check(url)
            : Serve(Setting, given.ContainsKey("--exit-with-stdin"));
    }

    private static BackendCommand Serve(Func<string, string, string?> setting, bool exitWithStdin)
    {
        var name = setting("--name", "BACKEND_NAME") ?? "backend";
        var role = setting("--role", "BACKEND_ROLE") ?? name;
        var bind = setting("--bind", "BACKEND_BIND") ?? "127.0.0.1";
        var port = setting("--port", "BACKEND_PORT") ?? "3001";

        if (name.Length == 0 || role.Length == 0)
        {
            return Refuse("The name and the role of a backend must not be empty.");
        }

        if (!IPAddress.TryParse(bind, out _))
        {
            return Refuse($"Bind address '{bind}' is not an IP address, such as 127.0.0.1 or 0.0.0.0.");
        }

        return int.TryParse(port, NumberStyles.None, null, out var number) && number <= IPEndPoint.MaxPort
            ? new BackendCommand.Serve(new BackendOptions(name, role, bind, number, exitWithStdin))
            : Refuse($"Port '{port}' is not a number from 0 to {IPEndPoint.MaxPort}.");
    }

    private static BackendCommand Check(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Scheme is ("http" or "https")
            ? new BackendCommand.Check(parsed)
            : Refuse($"'{url}' is not an http or https address to check.");

    private static (string Key, string? Inline) Split(string argument) =>
        argument.IndexOf('=', StringComparison.Ordinal) is > 0 and var at
            ? (argument[..at], argument[(at + 1)..])
            : (argument, null);

    private static BackendCommand.Refused Refuse(string sentence) => new($"Gateway.Backend: {sentence}");
}
