namespace Gateway.Failover.Configuration;

/// <summary>Probes: each backend on its own clock, so that a hung one delays nobody.</summary>
public sealed class ProbeOptions
{
    /// <summary>
    /// What a probe is: <c>Http</c>, a GET; <c>Tcp</c>, a connection and nothing else; <c>Grpc</c>, a call of the standard <c>grpc.health.v1.Health/Check</c>
    /// over HTTP/2.
    /// </summary>
    public ProbeKind Kind { get; set; } = ProbeKind.Http;

    /// <summary>Over TLS or not: <c>Destination</c> takes the scheme of the destination's <c>Health</c> address, or else of its <c>Address</c>.</summary>
    public ProbeScheme Scheme { get; set; } = ProbeScheme.Destination;

    /// <summary>The port that is probed. 0: that of the destination's <c>Health</c> address, or else of its <c>Address</c>.</summary>
    [Allowed("0", "65535")]
    public int Port { get; set; }

    /// <summary>The <c>Host</c> header of a probe. Empty: the destination's own <c>Host</c>, or else the name in the address.</summary>
    public string Host { get; set; } = string.Empty;

    /// <summary>The path that is requested with GET. It is appended to the destination's <c>Health</c> address if that is set, else to its <c>Address</c>.</summary>
    public string Path { get; set; } = "/health";

    /// <summary>Header fields that an HTTP or a gRPC probe carries, by name. Their values are never logged.</summary>
    public Dictionary<string, string> Headers { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The statuses that pass: single ones and ranges, such as <c>200</c> and <c>200-399</c>. Redirects are not followed.</summary>
    public List<string> Statuses { get; set; } = ["200-299"];

    /// <summary>A text that the body has to contain in its first 64 KiB, as UTF-8 and with regard to case. Empty: the body is not read.</summary>
    public string Contains { get; set; } = string.Empty;

    /// <summary>The service that a gRPC probe asks for. Empty: the server as a whole.</summary>
    public string Service { get; set; } = string.Empty;

    /// <summary>The name that a probe over TLS asks for (SNI), and for which the certificate has to be. Empty: the name in the <c>Host</c> header.</summary>
    public string ServerName { get; set; } = string.Empty;

    /// <summary>
    /// Whether a probe over TLS takes any certificate. <c>false</c> leaves it to the cluster's <c>HttpClient</c>. With this, or with a <c>ServerName</c>
    /// of their own, probes do not share the connections and the TLS settings of the requests.
    /// </summary>
    public bool AcceptAnyCertificate { get; set; }

    /// <summary>The header field with which a backend that answers a probe asks for no new requests, if its value is <c>true</c>. Empty: there is none.</summary>
    public string DrainHeader { get; set; } = "X-Failover-Drain";

    /// <summary>The statuses with which a backend that answers a probe asks for no new requests.</summary>
    [Allowed("100", "599")]
    public List<int> DrainStatuses { get; set; } = [];

    /// <summary>From the start of one probe to the start of the next.</summary>
    [Allowed("10ms", "1h")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The same while a backend is suspected or was never judged, or while nobody can serve. At most <c>Interval</c>.</summary>
    [Allowed("10ms", "1h")]
    public TimeSpan FastInterval { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// The same while a backend is down and fails its probes, and another is up. At least <c>Interval</c>; where nobody has set it and <c>Interval</c> is
    /// longer, it is that.
    /// </summary>
    [Allowed("10ms", "1h")]
    public TimeSpan SlowInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long an answer may take, connecting included.</summary>
    [Allowed("10ms", "1m")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Failed probes in a row that take a backend down.</summary>
    [Allowed("1", "100")]
    public int Fall { get; set; } = 2;

    /// <summary>Passed probes in a row that bring a backend back.</summary>
    [Allowed("1", "100")]
    public int Rise { get; set; } = 2;

    /// <summary>
    /// Whether one idle connection to each backend is kept open, so that a crash is known within milliseconds: the kernel closes it, and nobody
    /// listens any more. Off where a proxy stands between (<c>HttpClient:WebProxy</c>).
    /// </summary>
    public bool Watch { get; set; } = true;

    /// <summary>By how much an interval varies at random, up or down, as a part of itself.</summary>
    [Allowed("0", "0.5")]
    public double Jitter { get; set; } = 0.1;
}

/// <summary>What a probe does.</summary>
public enum ProbeKind
{
    /// <summary>One GET.</summary>
    Http,

    /// <summary>One connection, closed again at once.</summary>
    Tcp,

    /// <summary>One call of gRPC's health protocol.</summary>
    Grpc,
}

/// <summary>Whether a probe goes over TLS.</summary>
public enum ProbeScheme
{
    /// <summary>As the address says.</summary>
    Destination,

    /// <summary>Not over TLS.</summary>
    Http,

    /// <summary>Over TLS.</summary>
    Https,
}
