using Gateway.Failover.WhatIf;
using Gateway.Host.CommandLine;
using Gateway.Host.Simulation;

namespace Gateway.Tests.References;

/// <summary><c>docs/operating/what-if.md</c>: the page shows what the program prints.</summary>
public class WhatIfPageTests
{
    private const int Width = 100;

    [Fact]
    public async Task The_page_shows_what_the_program_prints()
    {
        var names = Directory.GetFiles(InRepository("docs/traces"), "*.json").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal);
        var rows = new List<string[]>();
        foreach (var name in names)
        {
            var (trace, demo) = await RunAsync(name!, "the demo", config: null);
            rows.Add([$"[{name}](../traces/{name}.json)", trace.Story, .. Cells(demo.Outcome)]);
        }

        var (crash, alone) = await RunAsync("crash", "the demo", config: null);
        var (expired, before) = await RunAsync("expired-credentials", "docs/samples/compose.json", "docs/samples/compose.json");
        var (_, after) = await RunAsync("expired-credentials", "other.json", "docs/samples/compose.json", "403", "500", "502", "503", "504");
        Document.Is("docs/operating/what-if.md", Page(
            OutcomeText.Of(crash, 1, [alone], Width), OutcomeText.Of(expired, 1, [before, after], Width),
            Document.Table(["trace", "story", "changes", "failed GETs", "failed POSTs", "rescued", "held", "without a good answer"], rows)));
    }

    private static string[] Cells(ReplayOutcome outcome) =>
    [
        .. new[] { "changes", "failedGets", "failedPosts", "rescued", "held", "downtimeMs" }.Select(key => outcome.Rows.Single(row => row.Key == key).Text),
    ];

    private static async Task<(Trace Trace, NamedOutcome Outcome)> RunAsync(string trace, string name, string? config, params string[] failureStatuses)
    {
        var file = InRepository($"docs/traces/{trace}.json");
        var settings = failureStatuses.Select((status, index) => $"--Failover:Pools:api:Judging:FailureStatuses:{index}={status}");
        var (accepted, _) = await Simulate.ReadAsync(
            new Arguments(Demo: config is null, Help: false, Version: false, config is null ? null : InRepository(config), Check: null, [.. settings]));
        var read = TraceFormat.ReadFile(file);
        return (read, WhatIfSimulation.Run(file, read, pool: null, seed: 1, name, accepted));
    }

    private static string InRepository(string path) => Path.Combine(Document.Root(), path);

    private static string Page(string crash, string compared, string table) => $$"""
        # What-if

        Would another tuning have been better? `simulate` replays an outage with a configuration, through the same rules as the gateway's and in simulated
        time, and says what would have happened. It sends nothing to anybody, and takes about a second.

        This page is made by a test of the code: `REWRITE=1 dotnet test tests/Gateway.Tests --filter FullyQualifiedName~References` writes it anew.

        ```sh
        dotnet run --project gateway/Gateway.Host -- simulate --trace docs/traces/crash.json
        ```

        ```
        {{crash.TrimEnd()}}
        ```

        Above stands what happened, with the [rule](../reference/rules.md) by which the pool did it; a `-` is what the trace did. Below stands what it cost.

        | figure | says |
        | --- | --- |
        | changes of the active backend | failovers, failbacks and switchovers |
        | first bad signal to verdict | the longest detection. A bad signal is what the gateway can see: nobody can see a crash that nobody asks |
        | verdict to first good answer | the longest failover |
        | time without a good answer | how long clients asked and nobody was answered well, all such times together. Less than 50 ms, or than three usual answers, is none |
        | GETs and POSTs that failed | their clients got an error |
        | errors passed on as answers | of these, the ones that the gateway did not take for failures, because `Judging:FailureStatuses` does not list their status |
        | rescued, held, hedged | as in the [glossary](../concepts/glossary.md) |
        | longest wait | from a request to its end. A POST that hangs with its backend waits for as long as that or until its deadline, because nobody may repeat it |

        ## With your configuration

        `--config` reads a file as the gateway would: together with `appsettings.json` of the working directory, the environment and settings on the command line, and with the same
        checks. Without it, and where no `appsettings.json` names a pool, it is the demo's.

        `--compare` puts a second file beside it. Here `other.json` is `docs/samples/compose.json` with
        `"Judging": { "FailureStatuses": [403, 500, 502, 503, 504] }`.

        ```sh
        dotnet run --project gateway/Gateway.Host -- simulate --config docs/samples/compose.json --compare other.json \
          --trace docs/traces/expired-credentials.json
        ```

        ```
        {{compared.TrimEnd()}}
        ```

        `--json` prints the same for machines: `outcomes[].figures` and `outcomes[].timeline`, times in milliseconds. `--seed` throws other dice. `simulate --help` lists the rest.
        The exit code is 0, or 1 with one sentence on standard error.

        ## With your outage

        Write it by hand, as [traces](../reference/traces.md) describes, or make it of the journal:

        ```sh
        dotnet Gateway.Host.dll simulate --record data/journal.jsonl --pool api --from 2026-01-31T10:00:00Z --to 2026-01-31T11:00:00Z --out outage.json
        ```

        What comes out is an estimate. Correct it by what you know, set the traffic to yours, and replay it with the configuration that you had: where the outcome is not what you saw,
        the trace is not right yet.

        ## The outages that are shipped

        With the demo's configuration and seed 1, at 100 requests a second (500 for the crash), of which 10 % are POSTs. A test holds them to it.

        {{table.TrimEnd()}}

        A replay is a model; [what it does not contain](../reference/traces.md#what-a-replay-is) is listed.

        """;
}
