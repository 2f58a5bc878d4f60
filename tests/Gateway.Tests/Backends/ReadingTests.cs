using Gateway.Backends;
using Gateway.Backends.Blobs;
using Gateway.Backends.Startup;
using Xunit;

namespace Gateway.Tests.Backends;

/// <summary>What the backend reads: durations, sizes and its command line.</summary>
public class ReadingTests
{
    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("10s", 10_000)]
    [InlineData("1m", 60_000)]
    [InlineData("0s", 0)]
    public void A_duration_is_a_number_with_a_unit(string text, int milliseconds)
    {
        Assert.True(Duration.TryParse(text, out var duration));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), duration);
    }

    [Theory]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("1.5s")]
    [InlineData("1h")]
    [InlineData("99999999999s")]
    public void Anything_else_is_no_duration(string text) => Assert.False(Duration.TryParse(text, out _));

    [Theory]
    [InlineData("0", 0)]
    [InlineData("1000", 1000)]
    [InlineData("64k", 65_536)]
    [InlineData("10M", 10_485_760)]
    [InlineData("1g", 1_073_741_824)]
    [InlineData("1073741824", 1_073_741_824)]
    public void A_size_may_have_a_suffix(string text, long bytes)
    {
        Assert.True(BlobSize.TryParse(text, out var size));
        Assert.Equal(bytes, size);
    }

    [Theory]
    [InlineData("k")]
    [InlineData("-1")]
    [InlineData("2g")]
    [InlineData("1073741825")]
    [InlineData("9223372036854775807k")]
    public void A_size_over_one_gibibyte_is_refused_and_so_is_nonsense(string text) =>
        Assert.False(BlobSize.TryParse(text, out _));

    [Fact]
    public void The_command_line_wins_over_the_environment_and_that_over_the_defaults()
    {
        static string? Environment(string name) => name is "BACKEND_NAME" or "BACKEND_PORT" ? "4000" : null;

        var command = BackendArguments.Read(["--name=one", "--role", "primary"], Environment);
        var serve = Assert.IsType<BackendCommand.Serve>(command);

        Assert.Equal(new BackendOptions("one", "primary", "127.0.0.1", 4000, ExitWithStdin: false), serve.Options);
    }

    [Fact]
    public void The_role_is_the_name_when_nothing_was_said()
    {
        var serve = Assert.IsType<BackendCommand.Serve>(BackendArguments.Read(["--exit-with-stdin"], _ => null));

        Assert.Equal(new BackendOptions("backend", "backend", "127.0.0.1", 3001, ExitWithStdin: true), serve.Options);
    }

    [Theory]
    [InlineData("'70000'", "--port", "70000")]
    [InlineData("'x'", "--bind", "x")]
    [InlineData("'--nmae'", "--nmae", "one")]
    [InlineData("'--port' needs a value", "--port")]
    [InlineData("'ftp://x'", "--check", "ftp://x")]
    [InlineData("must not be empty", "--name=")]
    public void A_bad_argument_is_refused_in_one_sentence_that_names_it(string expected, params string[] arguments)
    {
        var refused = Assert.IsType<BackendCommand.Refused>(BackendArguments.Read(arguments, _ => null));

        Assert.Contains(expected, refused.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Sentence);
    }
}
