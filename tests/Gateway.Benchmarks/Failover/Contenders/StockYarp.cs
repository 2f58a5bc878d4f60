using Gateway.Benchmarks.Processes;
using Gateway.Benchmarks.Roles;

namespace Gateway.Benchmarks.Failover.Contenders;

/// <summary>YARP without failover: its own active and passive checks, and a load balancing policy that prefers the primary.</summary>
internal static class StockYarp
{
    public static Command Prepare(Site site) => Command.Role(
        RolePlay.Yarp, "--port", $"{site.Port}", "--backend", $"http://127.0.0.1:{site.Primary}", "--standby", $"http://127.0.0.1:{site.Standby}");
}
