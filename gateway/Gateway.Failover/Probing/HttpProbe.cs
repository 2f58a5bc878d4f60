using System.Buffers;
using System.Net.Http;
using System.Text;
using Gateway.Core;
using Gateway.Failover.Configuration;

namespace Gateway.Failover.Probing;

/// <summary>
/// One HTTP GET: an expected status passes, and the expected text in the body where there is one to expect. Redirects are not followed. A backend that
/// says it is draining is believed whatever its status: it may well refuse requests already, and what it has still to finish is not to be cut.
/// </summary>
internal sealed class HttpProbe : IProbe
{
    private const int MostBody = 64 * 1024;

    public string Awaited => "answer";

    public async Task<ProbeOutcome> LookAsync(ProbeTarget target, ProbeClient client, CancellationToken cancel)
    {
        using var request = ProbeRequest.Create(HttpMethod.Get, target);
        using var response = await client.SendAsync(target, request, inOwnVersion: false, cancel);
        var (status, options) = ((int)response.StatusCode, target.Options);
        if (options.DrainStatuses.Contains(status))
        {
            return new ProbeOutcome.Draining($"answered {status}");
        }

        if (SaysDraining(response, options.DrainHeader))
        {
            return new ProbeOutcome.Draining($"says {options.DrainHeader}");
        }

        if (!options.Statuses.Exists(text => StatusRange.TryParse(text, out var range) && range.Covers(status)))
        {
            return Failed($"answered {status}");
        }

        if (options.Contains.Length > 0)
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancel);
            return await ContainsAsync(body, Encoding.UTF8.GetBytes(options.Contains), cancel)
                ? ProbeOutcome.Passed.Instance
                : Failed($"answered {status} without the expected text");
        }

        return ProbeOutcome.Passed.Instance;
    }

    private static bool SaysDraining(HttpResponseMessage response, string name) =>
        name.Length > 0
        && (response.Headers.NonValidated.TryGetValues(name, out var values) || response.Content.Headers.NonValidated.TryGetValues(name, out values))
        && values.ToString().Trim().Equals("true", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads no further than to the text, and never more than the bound.</summary>
    internal static async Task<bool> ContainsAsync(Stream body, byte[] text, CancellationToken cancel)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(MostBody);
        try
        {
            var length = 0;
            while (length < MostBody && await body.ReadAsync(buffer.AsMemory(length, MostBody - length), cancel) is > 0 and var read)
            {
                // The text may have begun in what was read before.
                var from = Math.Max(0, length - text.Length + 1);
                length += read;
                if (buffer.AsSpan(from, length - from).IndexOf(text) >= 0)
                {
                    return true;
                }
            }

            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static ProbeOutcome.Failed Failed(string detail) => new(new Fault(FaultKind.Status, detail));
}
