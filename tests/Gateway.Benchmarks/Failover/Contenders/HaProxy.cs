using Gateway.Benchmarks.Processes;

namespace Gateway.Benchmarks.Failover.Contenders;

/// <summary>
/// HAProxy with retries on everything that it can retry. Its <c>backup</c> server gets no retry while the primary is up, hence the second
/// shape: two equal servers of which the first is preferred, and a retry goes elsewhere at once. After a refused connection it waits for as
/// long as connecting may take before it tries the same server again; that is why connecting may not take a second as elsewhere.
/// </summary>
internal static class HaProxy
{
    /// <summary>Retries POSTs as well, as its manual's <c>all-retryable-errors</c> does: see what that costs in double executions.</summary>
    public static Shape Backup { get; } = new("option redispatch 1", " backup", string.Empty);

    /// <summary>Retries nothing that was sent and must not be executed twice.</summary>
    public static Shape First { get; } = new("option redispatch 1\n  balance first", string.Empty, "http-request disable-l7-retry if METH_POST");

    public static Command Prepare(Site site, Shape shape)
    {
        var config = site.Folder.Write("haproxy.cfg", $"""
            global
              maxconn 4000
            defaults
              mode http
              timeout connect 100ms
              timeout server 1s
              timeout check 1s
              timeout queue 5s
              timeout client 30s
              timeout http-keep-alive 60s
            frontend clients
              bind 127.0.0.1:{site.Port}
              default_backend api
            backend api
              {shape.Redispatch}
              {shape.Retry}
              retries 3
              retry-on all-retryable-errors
              option httpchk GET /health
              http-check expect status 200
              default-server check inter 500ms fall 2 rise 2 observe layer7 error-limit 2 on-error mark-down
              server primary 127.0.0.1:{site.Primary}
              server standby 127.0.0.1:{site.Standby}{shape.Standby}

            """);
        return new Command(Everybody.Find("haproxy")!, "-db", "-f", config);
    }

    /// <summary>In what the two configurations differ.</summary>
    internal sealed record Shape(string Redispatch, string Standby, string Retry);
}
