using System.Net;
using Xunit;

namespace Gateway.Tests.Backends;

/// <summary>How the program ends, and what it says when it cannot begin.</summary>
public class ProcessTests
{
    [Theory]
    [InlineData("/fail")]
    [InlineData("/fail?mode=exit")]
    public async Task Told_to_fail_it_answers_and_ends_with_exit_code_1(string path)
    {
        await using var backend = await BackendProcess.ServeAsync();
        using var client = new HttpClient { BaseAddress = backend.Address };

        using var answer = await client.PostAsync(path, content: null);
        var body = await answer.Content.ReadAsStringAsync();
        var (exitCode, errors) = await backend.EndAsync();

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("exit code 1", body, StringComparison.Ordinal);
        Assert.Equal(1, exitCode);
        Assert.Empty(errors);
    }

    [Fact]
    public async Task It_can_be_ended_out_of_a_hang_and_cuts_what_is_open()
    {
        await using var backend = await BackendProcess.ServeAsync();
        using var client = new HttpClient { BaseAddress = backend.Address };
        using var stream = new StreamReader(await client.GetStreamAsync("/api/stream"));
        Assert.Equal("id: 1", await stream.ReadLineAsync());
        (await client.PostAsync("/fail?mode=hang", content: null)).Dispose();

        (await client.PostAsync("/fail", content: null)).Dispose();

        Assert.Equal(1, (await backend.EndAsync()).ExitCode);
        await Assert.ThrowsAnyAsync<IOException>(stream.ReadToEndAsync);
    }

    [Fact]
    public async Task On_the_leash_of_its_standard_input_it_ends_with_it()
    {
        await using var backend = await BackendProcess.ServeAsync("--exit-with-stdin");

        backend.CloseInput();

        Assert.Equal((0, ""), await backend.EndAsync());
    }

    [Fact]
    public async Task Off_the_leash_it_does_not_care()
    {
        await using var backend = await BackendProcess.ServeAsync();
        using var client = new HttpClient { BaseAddress = backend.Address };

        backend.CloseInput();

        using var answer = await client.GetAsync("/health");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task A_taken_port_is_one_sentence_and_exit_code_1()
    {
        await using var first = await BackendProcess.ServeAsync();
        await using var second = BackendProcess.Start("--port", first.Port);

        var (exitCode, errors) = await second.EndAsync();

        Assert.Equal(1, exitCode);
        Assert.Equal($"Gateway.Backend: Port {first.Port} on 127.0.0.1 is taken by another program; "
            + "choose another one with --port.", errors.TrimEnd());
    }

    [Fact]
    public async Task A_check_tells_a_healthy_backend_from_a_sick_one_and_from_none()
    {
        await using var backend = await BackendProcess.ServeAsync();
        using var client = new HttpClient { BaseAddress = backend.Address };
        var health = new Uri(backend.Address, "/health").ToString();

        Assert.Equal((0, ""), await CheckAsync(health));
        (await client.PostAsync("/fail?mode=unhealthy", content: null)).Dispose();
        Assert.Equal(1, (await CheckAsync(health)).ExitCode);
        (await client.PostAsync("/fail?mode=hang", content: null)).Dispose();
        Assert.Contains("within 2 s", (await CheckAsync(health)).Errors, StringComparison.Ordinal);
        (await client.PostAsync("/fail", content: null)).Dispose();
        await backend.EndAsync();
        Assert.Equal(1, (await CheckAsync(health)).ExitCode);
    }

    private static async Task<(int ExitCode, string Errors)> CheckAsync(string url)
    {
        await using var check = BackendProcess.Start("--check", url);
        return await check.EndAsync();
    }
}
