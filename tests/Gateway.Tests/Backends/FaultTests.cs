using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Gateway.Backends.Faults;
using Xunit;

namespace Gateway.Tests.Backends;

/// <summary>Every way to misbehave does what its name says and nothing else.</summary>
public class FaultTests
{
    [Theory]
    [InlineData("error", HttpStatusCode.InternalServerError, HttpStatusCode.OK)]
    [InlineData("forbidden", HttpStatusCode.Forbidden, HttpStatusCode.OK)]
    [InlineData("unhealthy", HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable)]
    public async Task A_status_fault_shows_where_it_should(string mode, HttpStatusCode work, HttpStatusCode health)
    {
        await using var backend = await RunningBackend.StartAsync();

        await backend.FailAsync($"mode={mode}");

        Assert.Equal(work, await StatusAsync(backend, "/api/data"));
        Assert.Equal(health, await StatusAsync(backend, "/health"));
        await backend.RecoverAsync();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(backend, "/api/data"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(backend, "/health"));
    }

    [Fact]
    public async Task Drain_works_on_and_says_so_with_its_health()
    {
        await using var backend = await RunningBackend.StartAsync();
        await backend.FailAsync("mode=drain");

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(backend, "/api/data"));
        using var draining = await backend.Client.GetAsync("/health");
        Assert.Equal((HttpStatusCode.OK, "true"), (draining.StatusCode, Assert.Single(draining.Headers.GetValues("X-Failover-Drain"))));

        await backend.RecoverAsync();
        using var well = await backend.Client.GetAsync("/health");
        Assert.False(well.Headers.Contains("X-Failover-Drain"));
    }

    [Fact]
    public async Task Reset_sends_RST_to_work_and_answers_probes()
    {
        await using var backend = await RunningBackend.StartAsync();
        await backend.FailAsync("mode=reset");
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, backend.Address.Port);
        await socket.GetStream().WriteAsync("GET /api/data HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());

        var failure = await Assert.ThrowsAsync<IOException>(
            async () => await socket.GetStream().ReadExactlyAsync(new byte[1]));

        var cause = Assert.IsType<SocketException>(failure.InnerException);
        Assert.Equal(SocketError.ConnectionReset, cause.SocketErrorCode);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(backend, "/health"));
    }

    [Fact]
    public async Task Truncate_sends_exactly_half_of_what_it_announced()
    {
        await using var backend = await RunningBackend.StartAsync();
        var whole = await backend.Client.GetByteArrayAsync("/api/blob?size=300001");
        await backend.FailAsync("mode=truncate");

        using var response = await backend.Client.GetAsync(
            "/api/blob?size=300001", HttpCompletionOption.ResponseHeadersRead);
        var received = new MemoryStream();
        var failure = await Assert.ThrowsAsync<HttpIOException>(
            async () => await (await response.Content.ReadAsStreamAsync()).CopyToAsync(received));

        Assert.Equal(300_001, response.Content.Headers.ContentLength);
        Assert.Equal(HttpRequestError.ResponseEnded, failure.HttpRequestError);
        Assert.Equal(whole[..150_000], received.ToArray());
    }

    [Fact]
    public async Task Truncate_never_ends_an_answer_without_a_length_cleanly()
    {
        await using var backend = await RunningBackend.StartAsync();
        await backend.FailAsync("mode=truncate");

        await Assert.ThrowsAsync<HttpRequestException>(
            () => backend.Client.GetStringAsync("/api/stream?interval=1ms&count=5"));
    }

    [Fact]
    public async Task Slow_takes_two_seconds_for_work_and_none_for_health()
    {
        await using var backend = await RunningBackend.StartAsync();
        await backend.FailAsync("mode=slow");
        var watch = Stopwatch.StartNew();

        var work = backend.GetJsonAsync("/api/data");
        await backend.GetJsonAsync("/health");

        Assert.False(work.IsCompleted);
        await work;
        // A timer never fires early by more than its own grain.
        Assert.True(watch.Elapsed > TimeSpan.FromSeconds(1.9), $"{watch.Elapsed}");
    }

    [Fact]
    public async Task Hang_answers_nobody_but_those_who_end_it_or_count()
    {
        await using var backend = await RunningBackend.StartAsync();
        await backend.FailAsync("mode=hang");
        var health = backend.Client.GetAsync("/health");
        var work = backend.Client.GetAsync("/api/data");

        await UntilAsync(async () =>
            (await backend.GetJsonAsync("/api/executions")).GetProperty("total").GetInt64() == 1);

        Assert.False(health.IsCompleted);
        Assert.False(work.IsCompleted);
        await backend.RecoverAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => health);
        await Assert.ThrowsAsync<HttpRequestException>(() => work);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(backend, "/health"));
    }

    [Fact]
    public async Task A_stream_that_is_open_falls_silent_in_a_hang()
    {
        await using var backend = await RunningBackend.StartAsync();
        using var reader = new StreamReader(await backend.Client.GetStreamAsync("/api/stream?interval=1ms"));
        Assert.Equal("id: 1", await reader.ReadLineAsync());

        await backend.FailAsync("mode=hang");
        while (true)
        {
            // What was sent before the fault is read away; then there is a line that does not come.
            var line = reader.ReadLineAsync();
            if (await Task.WhenAny(line, Task.Delay(TimeSpan.FromMilliseconds(300))) != line)
            {
                await backend.RecoverAsync();
                Assert.NotNull(await line);
                return;
            }

            Assert.NotNull(await line);
        }
    }

    [Theory]
    [InlineData("mode=explode", "'explode'", "exit, hang, error, slow, reset, forbidden, truncate, unhealthy, drain")]
    [InlineData("mode=Hang", "'Hang'", "hang")]
    [InlineData("mode=none", "'none'", "exit")]
    [InlineData("mode=hang&for=11m", "'11m'", "1ms to 10m")]
    [InlineData("mode=hang&for=0s", "'0s'", "1ms to 10m")]
    [InlineData("mode=hang&for=soon", "'soon'", "1ms to 10m")]
    public async Task A_fault_that_it_cannot_do_is_refused_with_what_is_allowed(
        string query, string value, string allowed)
    {
        await using var backend = await RunningBackend.StartAsync();

        using var answer = await backend.Client.PostAsync($"/fail?{query}", content: null);
        var detail = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString();

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(value, detail, StringComparison.Ordinal);
        Assert.Contains(allowed, detail, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(backend, "/api/data"));
    }

    [Fact]
    public void A_fault_ends_by_itself()
    {
        var time = new FakeTimeProvider();
        var faults = new FaultState(time);

        var until = faults.Begin(FaultMode.Error, TimeSpan.FromSeconds(10));

        Assert.Equal(time.GetUtcNow().UtcDateTime.AddSeconds(10), until);
        time.Advance(TimeSpan.FromSeconds(9.999));
        Assert.Equal(FaultMode.Error, faults.Current.Mode);
        time.Advance(TimeSpan.FromSeconds(0.001));
        Assert.Equal(FaultMode.None, faults.Current.Mode);
    }

    [Fact]
    public void A_new_fault_takes_the_place_of_the_old_one_and_its_end()
    {
        var time = new FakeTimeProvider();
        var faults = new FaultState(time);
        faults.Begin(FaultMode.Hang, TimeSpan.FromSeconds(5));
        var hang = faults.Current;

        faults.Begin(FaultMode.Slow, TimeSpan.FromSeconds(20));
        time.Advance(TimeSpan.FromSeconds(10));

        Assert.True(hang.Over.IsCancellationRequested);
        Assert.Equal(FaultMode.Slow, faults.Current.Mode);
    }

    private static async Task<HttpStatusCode> StatusAsync(RunningBackend backend, string path)
    {
        using var answer = await backend.Client.GetAsync(path);
        return answer.StatusCode;
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!await condition())
        {
            await Task.Delay(10, deadline.Token);
        }
    }
}
