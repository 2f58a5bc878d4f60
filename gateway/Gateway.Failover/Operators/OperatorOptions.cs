using Gateway.Failover.Configuration;

namespace Gateway.Failover.Operators;

/// <summary>Who may steer, and from where.</summary>
public sealed class OperatorOptions
{
    /// <summary>Networks, besides loopback, from which changing calls are accepted.</summary>
    public List<string> TrustedNetworks { get; set; } = [];

    /// <summary>Origins, besides the gateway's own, whose pages may make changing calls and open the live feed.</summary>
    public List<string> AllowedOrigins { get; set; } = [];

    /// <summary>What <c>GET /proxy/data</c> asks the active backend for.</summary>
    public string DataPath { get; set; } = "/api/data";

    /// <summary>How long a command may wait for the engine's answer.</summary>
    [Allowed("100ms", "1m")]
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(2);
}

/// <summary>Breaking backends on purpose, for demonstrations and drills.</summary>
public sealed class FaultOptions
{
    /// <summary>Whether <c>POST /proxy/fail</c> and <c>POST /proxy/recover</c> do anything.</summary>
    public bool Allowed { get; set; }

    /// <summary>What is called at a backend to break it.</summary>
    public string FailPath { get; set; } = "/fail";

    /// <summary>What is called at a backend to mend it.</summary>
    public string RecoverPath { get; set; } = "/recover";

    /// <summary>How long such a call may take.</summary>
    [Allowed("100ms", "1m")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(2);
}
