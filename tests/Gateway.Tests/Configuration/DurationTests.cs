using Gateway.Failover.Configuration;

namespace Gateway.Tests.Configuration;

public class DurationTests
{
    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("1.5s", 1_500)]
    [InlineData("0s", 0)]
    [InlineData(".5s", 500)]
    [InlineData("10S", 10_000)]
    [InlineData(" 2m ", 120_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("00:00:05", 5_000)]
    [InlineData("01:30:00", 5_400_000)]
    [InlineData("00:00:00.250", 250)]
    public void A_duration_has_a_unit_or_is_a_time_of_day(string text, double milliseconds)
    {
        Assert.True(Duration.TryParse(text, out var span));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), span);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("ms")]
    [InlineData("-1s")]
    [InlineData("+1s")]
    [InlineData("1 s")]
    [InlineData("1e3ms")]
    [InlineData("1,5s")]
    [InlineData("NaNs")]
    [InlineData("soon")]
    [InlineData("5 days")]
    [InlineData("1d")]
    [InlineData(":")]
    [InlineData("999999999999h")]
    [InlineData("99999999999999999999999999999999999999ms")]
    public void Anything_else_is_refused(string text)
    {
        Assert.False(Duration.TryParse(text, out _));
        Assert.Contains(Duration.Form, Assert.Throws<FormatException>(() => Duration.Parse(text)).Message);
    }

    // .NET reads the first as twenty-four days and the second as an hour and a half.
    [Theory]
    [InlineData("24:00:00")]
    [InlineData("01:30")]
    [InlineData("-00:00:05")]
    public void What_dotnet_reads_as_something_else_than_people_do_is_refused(string text) => Assert.False(Duration.TryParse(text, out _));

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(1, "1ms")]
    [InlineData(0.5, "0.5ms")]
    [InlineData(1_500, "1500ms")]
    [InlineData(2_000, "2s")]
    [InlineData(90_000, "90s")]
    [InlineData(120_000, "2m")]
    [InlineData(86_400_000, "24h")]
    public void It_is_written_in_the_largest_unit_that_fits_and_read_again(double milliseconds, string text)
    {
        var span = TimeSpan.FromMilliseconds(milliseconds);
        Assert.Equal(text, Duration.Format(span));
        Assert.Equal(span, Duration.Parse(text));
    }
}
