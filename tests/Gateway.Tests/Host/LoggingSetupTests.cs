using System.Text.Json;
using Gateway.Host.CommandLine;
using Gateway.Host.Logging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gateway.Tests.Host;

public sealed class LoggingSetupTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gateway-log");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task As_text_a_line_has_level_category_message_and_the_id_of_its_request()
    {
        var line = await LineAsync(("Log:Format", "text"));
        Assert.Matches(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} WRN Test\.Category Something happened to it \[0HTEST\]$", line);
    }

    [Fact]
    public async Task Without_a_request_there_is_no_id() =>
        Assert.EndsWith(" INF Test.Category quiet", await LineAsync(log => log.LogInformation("quiet")), StringComparison.Ordinal);

    [Fact]
    public async Task As_JSON_a_line_is_an_object()
    {
        var line = JsonDocument.Parse(await LineAsync(("Log:Format", "JSON"))).RootElement;
        Assert.Equal(("Warning", "Something happened to \"it\""), (Contract.Text(line, "Level"), Contract.Text(line, "RenderedMessage")));
        Assert.Equal("0HTEST", Contract.Text(line.GetProperty("Properties"), "RequestId"));
    }

    [Fact]
    public void Another_format_is_refused() => Assert.Equal(
        "Log:Format is 'xml'; allowed is text or json.", Assert.Throws<UsageException>(() => Build(("Log:Format", "xml"))).Message);

    [Fact]
    public async Task What_the_framework_says_of_every_request_is_left_out_unless_asked_for()
    {
        Assert.Empty(await LineAsync(log => log.LogInformation("per request"), "Microsoft.AspNetCore.Hosting.Diagnostics"));
        Assert.NotEmpty(await LineAsync(
            log => log.LogInformation("per request"), "Microsoft.AspNetCore.Hosting.Diagnostics", ("Logging:LogLevel:Microsoft", "Information")));
    }

    [Fact]
    public async Task A_Serilog_section_replaces_all_of_it()
    {
        var place = Path.Combine(_folder.FullName, "own.log");
        await using (var app = Build(
            ("Serilog:WriteTo:0:Name", "File"), ("Serilog:WriteTo:0:Args:path", place), ("Serilog:WriteTo:0:Args:outputTemplate", "own {Message}")))
        {
            app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Test").LogWarning("words");
        }

        Assert.Equal("own words", await File.ReadAllTextAsync(place));
        Assert.Empty(_folder.GetFiles("gateway-*.log"));
    }

    private Task<string> LineAsync(params (string, string?)[] settings) => LineAsync(
        log =>
        {
            using var scope = log.BeginScope(new Dictionary<string, object> { ["RequestId"] = "0HTEST" });
            log.LogWarning("Something happened to {Whom}", "it");
        },
        "Test.Category", settings);

    private async Task<string> LineAsync(Action<ILogger> write, string category = "Test.Category", params (string, string?)[] settings)
    {
        foreach (var old in _folder.GetFiles())
        {
            old.Delete();
        }

        await using (var app = Build(settings))
        {
            write(app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(category));
        }

        return _folder.GetFiles("gateway-*.log") is [var file] ? (await File.ReadAllTextAsync(file.FullName)).TrimEnd() : string.Empty;
    }

    private WebApplication Build(params (string, string?)[] settings)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore();
        builder.Configuration.Sources.Add(Settings.Of([("Log:Directory", _folder.FullName), .. settings]));
        builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging"));
        builder.AddLogging();
        return builder.Build();
    }
}
