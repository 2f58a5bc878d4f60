namespace Gateway.Backends.Faults;

/// <summary>What a <c>POST /fail</c> asks for.</summary>
internal sealed record FaultRequest(FaultMode Mode, TimeSpan Lasting)
{
    private static readonly Dictionary<string, FaultMode> Modes = Enum.GetValues<FaultMode>()
        .Where(mode => mode != FaultMode.None)
        .ToDictionary(Word);

    public static bool TryRead(IQueryCollection query, out FaultRequest request, out string refusal)
    {
        request = new FaultRequest(FaultMode.Exit, FaultState.Longest);
        refusal = "";
        if (query["mode"].ToString() is { Length: > 0 } mode)
        {
            if (!Modes.TryGetValue(mode, out var known))
            {
                refusal = $"The mode '{mode}' is unknown; allowed are {string.Join(", ", Modes.Keys)}.";
                return false;
            }

            request = request with { Mode = known };
        }

        if (query["for"].ToString() is { Length: > 0 } lasting)
        {
            if (!Duration.TryParse(lasting, out var parsed) || parsed <= TimeSpan.Zero || parsed > FaultState.Longest)
            {
                refusal = $"The duration '{lasting}' of 'for' is not from 1ms to 10m, such as 500ms, 10s or 1m.";
                return false;
            }

            request = request with { Lasting = parsed };
        }

        return true;
    }

    public static string Word(FaultMode mode) => mode.ToString().ToLowerInvariant();
}
