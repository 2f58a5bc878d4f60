using Gateway.Core;
using Gateway.Failover.Engine;
using Gateway.Failover.WhatIf;

namespace Gateway.Tests.WhatIf;

/// <summary>A journal tells enough of an outage to replay it.</summary>
public sealed class TraceRecordingTests : IDisposable
{
    private static readonly DateTimeOffset Beginning = new FakeTimeProvider().GetUtcNow();

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("trace");

    private string File => Path.Combine(_folder.FullName, "journal.jsonl");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("""{ "at": "10s", "backend": "primary", "is": "dead", "until": "20s" }""", "Dead")]
    [InlineData("""{ "at": "10s", "backend": "primary", "is": "hung", "until": "20s" }""", "Hung")]
    [InlineData("""{ "at": "10s", "backend": "primary", "is": "erring", "status": 503, "until": "20s" }""", "Erring")]
    [InlineData("""{ "at": "10s", "backend": "primary", "is": "erring", "probe": "passes", "until": "50s" }""", "Erring")]
    [InlineData("""{ "at": "10s", "backend": "primary", "is": "leaving", "until": "20s" }""", "Leaving")]
    [InlineData("""{ "at": "10s", "backend": "primary", "is": "dead", "until": "12s" }, { "at": "10s", "backend": "secondary", "is": "dead", "until": "12s" }""", "Dead")]
    public void What_was_recorded_replays_to_the_same_switches(string events, string found)
    {
        var first = Replays.Run(events, duration: "2m");
        Keep(first);
        var trace = TraceRecording.Of(_folder.FullName, "API", from: Beginning, to: null);
        var again = Replay.Run("again", trace, Replays.Setup(), seed: 1);

        Assert.NotEmpty(Replays.Switches(first));
        Assert.Equal(Replays.Switches(first), Replays.Switches(again));
        Assert.All(first.Timeline.Changes.Zip(again.Timeline.Changes), pair => Assert.InRange(Math.Abs((pair.First.At - pair.Second.At).TotalSeconds), 0, 6));
        Assert.Equal(found, trace.Events[0].Is.ToString());
        Assert.InRange(trace.Events[0].At.TotalSeconds, 9.9, 10.6);
    }

    [Fact]
    public void What_operators_said_is_recorded()
    {
        Keep(Replays.Run(string.Empty, duration: "1m", more: """
            , "commands": [
                { "at": "5s", "command": "drain", "backend": "primary", "within": "9s" }, { "at": "10s", "command": "enable", "backend": "primary" },
                { "at": "12s", "command": "hold" }, { "at": "14s", "command": "release" }, { "at": "30s", "command": "switchover", "backend": "secondary" } ]
            """));

        Assert.Equal(
            ["drain at 5", "enable at 10", "hold at 12", "release at 14", "switchover at 30"],
            TraceRecording.Of(File, null, Beginning, null).Commands.Select(told => $"{told.Command.GetType().Name.ToLowerInvariant()} at {told.At.TotalSeconds}"));
    }

    [Fact]
    public void Only_what_lies_between_is_recorded()
    {
        Keep(Replays.Run("""{ "at": "10s", "backend": "primary", "is": "dead", "until": "20s" }, { "at": "60s", "backend": "primary", "is": "dead", "until": "70s" }""", duration: "2m"));

        var trace = TraceRecording.Of(File, "api", Beginning.AddSeconds(15), Beginning.AddSeconds(65));

        Assert.Equal(TimeSpan.FromSeconds(50), trace.Duration);
        Assert.Equal(2, trace.Events.Length);
        // The first had begun before, and the second was not over yet.
        Assert.Equal((TimeSpan.Zero, null), (trace.Events[0].At, trace.Events[1].Until));
        Assert.Equal(trace.Events.AsEnumerable(), TraceFormat.Read("t.json", TraceFormat.Write(trace)).Events);
    }

    [Fact]
    public void What_cannot_be_recorded_is_said_in_one_sentence()
    {
        Assert.Equal("--record is 'nowhere'; allowed is a journal, or a folder with files that end in .jsonl.", Refused("nowhere", null));
        Assert.Equal($"--record is '{_folder.FullName}'; allowed is a journal, or a folder with files that end in .jsonl.", Refused(_folder.FullName, null));
        System.IO.File.WriteAllText(File, "nothing of the kind\n");
        Assert.Equal($"{File} holds no events; allowed is the journal of a gateway.", Refused(File, null));
        Keep(Replays.Run("""{ "at": "10s", "backend": "primary", "is": "dead" }"""));
        Assert.Equal($"{File}: the journal knows no pool 'web'; allowed are api.", Refused(File, "web"));
        Keep(Replays.Run("""{ "at": "10s", "backend": "primary", "is": "dead" }"""), "web");
        Assert.Equal($"{File}: the journal knows several pools; allowed for --pool are api, web.", Refused(File, null));
    }

    private static string Refused(string journal, string? pool) =>
        Assert.Throws<TraceRefusedException>(() => TraceRecording.Of(journal, pool, null, null)).Message;

    // As the gateway's journal would have it.
    private void Keep(ReplayOutcome outcome, string pool = "api")
    {
        var clock = new EngineClock(new FakeTimeProvider());
        using var journal = new JournalFile<JournalEntry>(File, long.MaxValue);
        foreach (var (index, happened) in outcome.Timeline.Entries.Select(entry => entry.Event).OfType<PoolEvent>().Index())
        {
            journal.Append(JournalFormat.Line(JournalEntry.Of(new Recorded(index + 1, clock.Wall(happened.At), new PoolId(pool), happened), clock)));
        }
    }
}
