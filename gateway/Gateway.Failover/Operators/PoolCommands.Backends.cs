using System.Net;
using System.Net.Sockets;
using Gateway.Core;
using Gateway.Failover.Configuration.Amending;
using Gateway.Failover.Engine;

namespace Gateway.Failover.Operators;

/// <summary>Adding and removing backends. The engine is asked by the gate: the configuration and the pools change together, as at a reload.</summary>
internal sealed partial class PoolCommands
{
    // The gate is waited for on a thread. One at a time may, or a few impatient operators would take the threads away from everybody's requests.
    private readonly SemaphoreSlim _amending = new(1);

    /// <summary>What a name stands for; a test may know better.</summary>
    public Func<string, CancellationToken, Task<IPAddress[]>> Resolve { get; set; } = Dns.GetHostAddressesAsync;

    public Task<IResult> AddAsync(HttpContext context, string pool) => WithBodyAsync(context, async body =>
    {
        if (pools.Find(pool) is not { } found)
        {
            return Unknown($"There is no pool '{pool}'.");
        }

        if (Malformed(found, body) is { } malformed)
        {
            return Bad(malformed);
        }

        if (await ForbiddenAsync([body.Address, body.Health], context.RequestAborted) is { } forbidden)
        {
            return Refused(forbidden);
        }

        return await AmendAsync(context, AmendmentRules.Add, Wanted(context, found, body.Id!, body) with
        {
            Address = body.Address,
            Health = body.Health,
            Host = body.Host,
            Tier = body.Tier,
        });
    });

    public Task<IResult> RemoveAsync(HttpContext context, string pool, string backend) => WithBodyAsync(context, body =>
        pools.Find(pool) switch
        {
            null => Task.FromResult(Unknown($"There is no pool '{pool}'.")),
            { } found when !found.Members.ContainsKey(backend) => Task.FromResult(Unknown($"Pool '{pool}' has no backend '{backend}'.")),
            { } found => AmendAsync(context, AmendmentRules.Remove, Wanted(context, found, backend, body)),
        });

    private static Wish Wanted(HttpContext context, Pool pool, string id, CommandBody body) => new(pool.Id, id, By(context), Expected(body));

    private async Task<IResult> AmendAsync(HttpContext context, Func<Configuration.AcceptedConfig, Wish, Amendment> rule, Wish wish)
    {
        var limit = gate.Current.Options.Operators.CommandTimeout;
        if (!await _amending.WaitAsync(limit, context.RequestAborted))
        {
            return NotInTime();
        }

        try
        {
            var (answer, notKept) = gate.Amend(config => rule(config, wish), inbox.Amend, limit);
            return answer is null ? NotInTime() : Answered(notKept is null ? answer : answer with { Sentence = $"{answer.Sentence} {notKept}" });
        }
        finally
        {
            _amending.Release();
        }
    }

    private string? Malformed(Pool pool, CommandBody body)
    {
        const string Form = "allowed is { \"id\": \"backup\", \"address\": \"http://10.0.0.7:8080/\", \"tier\": 1 }.";
        if (string.IsNullOrEmpty(body.Id))
        {
            return $"The body names no backend in \"id\"; {Form}";
        }

        // One of the configuration may have a name that nobody could add, and need not be said to be anywhere.
        var known = gate.Current.Amendments.Of(pool.Id.Value).HasRemoved(body.Id);
        return (known, body.Address) switch
        {
            (false, null) => $"The body has no \"address\"; {Form}",
            (false, _) when AddressRules.OfName(body.Id) is { } name => name,
            (_, { } address) when AddressRules.OfAddress("address", address) is { } wrong => wrong,
            _ when body.Health is { } health && AddressRules.OfAddress("health", health) is { } wrong => wrong,
            _ when body.Host is { } host && AddressRules.OfHost(host) is { } wrong => wrong,
            _ when body.Tier < 0 => $"The tier is {body.Tier}; allowed is a number from 0 on.",
            _ => null,
        };
    }

    private async Task<string?> ForbiddenAsync(IEnumerable<string?> addresses, CancellationToken cancel)
    {
        foreach (var address in addresses.OfType<string>())
        {
            var resolved = await ResolvedAsync(new Uri(address), cancel);
            var objection = AddressRules.Objection(address)
                ?? (resolved is null ? $"What {address} stands for was not told in time; ask again, or name its address." : AddressRules.Objection(address, resolved));
            if (objection is not null)
            {
                return objection;
            }
        }

        return null;
    }

    // A name that stands for nothing yet is no objection: whoever is added may be about to start.
    private async Task<IPAddress[]?> ResolvedAsync(Uri url, CancellationToken cancel)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(gate.Current.Options.Operators.CommandTimeout);
        try
        {
            return url.HostNameType == UriHostNameType.Dns ? await Resolve(url.IdnHost, deadline.Token).WaitAsync(deadline.Token) : [];
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            return [];
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }
}
