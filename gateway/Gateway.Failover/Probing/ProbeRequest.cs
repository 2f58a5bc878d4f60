using System.Net.Http;
using Gateway.Failover.Proxying;

namespace Gateway.Failover.Probing;

/// <summary>What every probe over HTTP carries: who asks, in which epoch, and what the configuration adds.</summary>
internal static class ProbeRequest
{
    private const string UserAgent = "User-Agent";

    public static HttpRequestMessage Create(HttpMethod method, ProbeTarget target)
    {
        var request = new HttpRequestMessage(method, target.Address.Probe);
        request.Headers.Host = string.IsNullOrEmpty(target.Address.Host) ? null : target.Address.Host;
        if (target.View.EpochHeader is { } epoch)
        {
            request.Headers.TryAddWithoutValidation(FailoverHeaders.Epoch, epoch);
        }

        if (!target.Options.Headers.ContainsKey(UserAgent))
        {
            request.Headers.TryAddWithoutValidation(UserAgent, "gateway-probe");
        }

        foreach (var (name, value) in target.Options.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }
}
