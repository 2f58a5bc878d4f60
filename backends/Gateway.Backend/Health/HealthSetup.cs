using Gateway.Backends.Faults;

namespace Gateway.Backends.Health;

/// <summary>Who this backend is, for as long as the process lives.</summary>
internal sealed record BackendIdentity(string Name, string Role, DateTime Since, int Pid);

internal sealed record HealthAnswer(string Status, string Name, string Role, DateTime Since, int Pid);

internal static class HealthSetup
{
    /// <summary>What a gateway understands by default; see its <c>Probe:DrainHeader</c>.</summary>
    private const string DrainHeader = "X-Failover-Drain";

    public static void MapHealth(this WebApplication app, BackendIdentity identity, FaultState faults) =>
        app.MapMethods("/health", [HttpMethods.Get, HttpMethods.Head], context =>
        {
            var (word, status) = faults.Current.Mode == FaultMode.Unhealthy
                ? ("unhealthy", StatusCodes.Status503ServiceUnavailable)
                : ("ok", StatusCodes.Status200OK);
            if (faults.Current.Mode == FaultMode.Drain)
            {
                context.Response.Headers[DrainHeader] = "true";
            }

            var answer = new HealthAnswer(word, identity.Name, identity.Role, identity.Since, identity.Pid);
            return context.AnswerAsync(answer, Json.Plain.HealthAnswer, status);
        });
}
