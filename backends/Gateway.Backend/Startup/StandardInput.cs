namespace Gateway.Backends.Startup;

/// <summary>Standard input as a leash: whoever holds the other end keeps this process alive, and the system lets go
/// of it when the holder dies, however it dies.</summary>
internal static class StandardInput
{
    public static void WhenEnded(Action ended) =>
        new Thread(() => Watch(ended)) { IsBackground = true, Name = "standard input" }.Start();

    private static void Watch(Action ended)
    {
        using var input = Console.OpenStandardInput();
        Span<byte> ignored = stackalloc byte[256];
        while (input.Read(ignored) > 0)
        {
        }

        ended();
    }
}
