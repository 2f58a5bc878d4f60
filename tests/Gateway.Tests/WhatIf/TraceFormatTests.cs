using Gateway.Core;
using Gateway.Failover.WhatIf;

namespace Gateway.Tests.WhatIf;

/// <summary>A trace says what it means, or is refused in one sentence.</summary>
public class TraceFormatTests
{
    private const string Event = """{ "at": "1s", "backend": "a", "is": "dead" }""";
    private const string Conditions = "dead, hung, erring, slow, leaving, well";

    [Theory]
    [InlineData("[]", "the file is no JSON object; allowed is a trace, as docs/reference/traces.md describes it.")]
    [InlineData("{\n \"duration\": }", "line 2 is no JSON; allowed is a trace, as docs/reference/traces.md describes it.")]
    [InlineData("{}", "duration is missing; allowed is a duration with its unit, such as 500ms, 10s, 2m or 1h, 1s to 24h.")]
    [InlineData("""{ "duration": 10 }""", "duration is 10; allowed is a duration with its unit, such as 500ms, 10s, 2m or 1h, 1s to 24h.")]
    [InlineData("""{ "duration": "25h" }""", "duration is '25h'; allowed is a duration with its unit, such as 500ms, 10s, 2m or 1h, 1s to 24h.")]
    [InlineData("""{ "duration": "9s", "evnts": [] }""", "'evnts' is not a field; allowed are story, pool, duration, traffic, events, commands.")]
    [InlineData("""{ "duration": "9s", "duration": "8s" }""", "duration stands there twice; allowed is once.")]
    [InlineData("""{ "duration": "9s", "story": 7 }""", "story is 7; allowed is a text.")]
    [InlineData("""{ "duration": "9s", "traffic": { "requestsPerSecond": -1 } }""", "traffic.requestsPerSecond is -1; allowed is a number, 0 to 10000.")]
    [InlineData("""{ "duration": "9s", "traffic": { "unsafeShare": 2 } }""", "traffic.unsafeShare is 2; allowed is a number, 0 to 1.")]
    [InlineData("""{ "duration": "9s", "traffic": { "rate": 2 } }""", "'rate' is not a field of traffic; allowed are requestsPerSecond, unsafeShare, usualLatency.")]
    [InlineData("""{ "duration": "9s", "traffic": [] }""", "traffic is a list of 0; allowed is an object.")]
    [InlineData("""{ "duration": "9s", "events": [7] }""", "events is a list of 1; allowed is a list of at most 10000 objects.")]
    [InlineData("""{ "duration": "2h", "traffic": { "requestsPerSecond": 1000 } }""", "1000 requests a second for 2h are too many; allowed are 5000000 requests in all.")]
    public void A_bad_file_is_refused_in_one_sentence(string json, string sentence) => Assert.Equal($"t.json: {sentence}", Refused(json));

    [Theory]
    [InlineData("""{ "backend": "a", "is": "dead" }""", "events[0].at is missing; allowed is a duration with its unit, such as 500ms, 10s, 2m or 1h, 0ms to 24h.")]
    [InlineData("""{ "at": "1s", "is": "dead" }""", "events[0].backend is missing; allowed is the id of a backend.")]
    [InlineData("""{ "at": "1s", "backend": "a" }""", $"an event of a lacks 'is'; allowed is one of {Conditions}.")]
    [InlineData("""{ "at": "1s", "backend": "a", "is": "ill" }""", $"events[0].is is 'ill'; allowed is one of {Conditions}.")]
    [InlineData("""{ "at": "1s", "backend": "a", "is": "dead", "status": 500 }""", "events[0].status is set for a backend that is dead; allowed is it for erring.")]
    [InlineData("""{ "at": "1s", "backend": "a", "is": "dead", "probe": "passes" }""", "events[0].probe is set for a backend that is dead; allowed is it for well, hung, erring and slow.")]
    [InlineData("""{ "at": "1s", "backend": "a", "is": "hung", "latency": "1s" }""", "events[0].latency is set for a backend that is hung; allowed is it for slow and erring.")]
    [InlineData("""{ "at": "1s", "backend": "a", "is": "well", "share": 1 }""", "events[0].share is set for a backend that is well; allowed is it for hung, erring and slow.")]
    [InlineData("""{ "at": "1s", "backend": "a", "is": "erring", "status": 200 }""", "events[0].status is 200; allowed is a whole number, 400 to 599.")]
    [InlineData("""{ "at": "1s", "backend": "a", "is": "erring", "probe": "yes" }""", "events[0].probe is 'yes'; allowed is one of passes, fails.")]
    [InlineData("""{ "at": "1s", "backend": "a", "is": "slow" }""", "a is slow from 1s on without a latency; allowed is 1ms to 1h.")]
    [InlineData("""{ "at": "2s", "backend": "a", "is": "dead", "until": "1s" }""", "events[0].until is 1s; allowed is a time after 2s.")]
    [InlineData("""{ "at": "1s", "backend": "a", "is": "dead", "until": "5s" }, { "at": "3s", "backend": "A", "is": "hung" }""",
        "A is hung from 3s on while it is dead until 5s; allowed is one condition at a time.")]
    [InlineData("""{ "at": "1s", "backend": "a", "is": "dead", "because": "x" }""",
        "'because' is not a field of events[0]; allowed are at, backend, is, status, latency, probe, share, until.")]
    public void A_bad_event_is_refused_in_one_sentence(string events, string sentence) =>
        Assert.Equal($"t.json: {sentence}", Refused($$"""{ "duration": "9s", "events": [{{events}}] }"""));

    [Theory]
    [InlineData("""{ "at": "1s" }""", "a command lacks 'command'; allowed is one of switchover, failback, hold, release, drain, disable, enable, reset.")]
    [InlineData("""{ "at": "1s", "command": "drain" }""", "commands[0].backend is missing; allowed is the id of a backend.")]
    [InlineData("""{ "at": "1s", "command": "hold", "force": true }""", "'force' is not a field of commands[0]; allowed are at, command.")]
    [InlineData("""{ "at": "1s", "command": "switchover", "backend": "a", "force": 1 }""", "commands[0].force is 1; allowed is true or false.")]
    public void A_bad_command_is_refused_in_one_sentence(string commands, string sentence) =>
        Assert.Equal($"t.json: {sentence}", Refused($$"""{ "duration": "9s", "commands": [{{commands}}] }"""));

    [Fact]
    public void A_file_that_is_not_there_is_refused_in_one_sentence() => Assert.Equal(
        "missing.json: there is no such file; allowed is a trace, as docs/reference/traces.md describes it.",
        Assert.Throws<TraceRefusedException>(() => TraceFormat.ReadFile("missing.json")).Message);

    [Fact]
    public void What_is_left_out_has_its_default()
    {
        var trace = TraceFormat.Read("t.json", $$"""{ "duration": "9s", "events": [{{Event}}] }""");

        Assert.Equal((string.Empty, null, TimeSpan.FromSeconds(9)), (trace.Story, trace.Pool, trace.Duration));
        Assert.Equal((100, 0.1, TimeSpan.FromMilliseconds(5)), (trace.Traffic.RequestsPerSecond, trace.Traffic.UnsafeShare, trace.Traffic.UsualLatency));
        Assert.Equal(new TraceEvent(TimeSpan.FromSeconds(1), "a", Condition.Dead), Assert.Single(trace.Events));
        Assert.Empty(trace.Commands);
    }

    [Fact]
    public void What_is_written_reads_the_same()
    {
        const string All = """
            { "story": "s", "pool": "p", "duration": "1m", "traffic": { "requestsPerSecond": 7, "unsafeShare": 0.5, "usualLatency": "20ms" },
              "events": [
                { "at": "1s", "backend": "a", "is": "erring", "status": 403, "latency": "70ms", "probe": "passes", "share": 0.25, "until": "2s" },
                { "at": "1500ms", "backend": "b", "is": "hung", "probe": "fails" } ],
              "commands": [
                { "at": "1s", "command": "switchover", "backend": "b", "force": true }, { "at": "2s", "command": "failback" },
                { "at": "3s", "command": "hold" }, { "at": "4s", "command": "release" }, { "at": "5s", "command": "drain", "backend": "a", "within": "9s" },
                { "at": "6s", "command": "disable", "backend": "a" }, { "at": "7s", "command": "enable", "backend": "a" }, { "at": "8s", "command": "reset", "backend": "a" } ] }
            """;
        var trace = TraceFormat.Read("t.json", All);
        var again = TraceFormat.Read("t.json", TraceFormat.Write(trace));

        Assert.Equal((trace.Story, trace.Pool, trace.Duration, trace.Traffic), (again.Story, again.Pool, again.Duration, again.Traffic));
        Assert.Equal(trace.Events.AsEnumerable(), again.Events);
        Assert.Equal(trace.Commands.AsEnumerable(), again.Commands);
        Assert.Equal(8, again.Commands.Length);
        Assert.Equal(new Command.Switchover(new BackendId("b"), Force: true), again.Commands[0].Command);
    }

    private static string Refused(string json) => Assert.Throws<TraceRefusedException>(() => TraceFormat.Read("t.json", json)).Message;
}
