using System.Net;
using System.Net.Sockets;
using System.Text;
using Gateway.Core;
using Gateway.Failover.Probing;
using Gateway.Tests.Attempts.Resumption;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Tests.Probing;

public sealed class HttpProbeTests : IDisposable
{
    private readonly ProbeBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData(200, null)]
    [InlineData(204, null)]
    [InlineData(302, "answered 302")]
    [InlineData(404, "answered 404")]
    [InlineData(503, "answered 503")]
    public async Task Only_a_2xx_passes_and_a_redirect_is_not_followed(int status, string? fault)
    {
        await using var backend = await AnsweringAsync(status);

        Assert.Equal(fault, await _bench.FaultAsync(backend.Address));
        Assert.Single(backend.Requests);
    }

    [Theory]
    [InlineData(200, "answered 200")]
    [InlineData(204, null)]
    [InlineData(299, "answered 299")]
    [InlineData(300, null)]
    [InlineData(302, null)]
    [InlineData(404, null)]
    [InlineData(405, "answered 405")]
    public async Task Where_statuses_are_named_they_pass_and_no_others(int status, string? fault)
    {
        _bench.Options.Statuses = ["204", "300-404"];
        await using var backend = await AnsweringAsync(status);

        Assert.Equal(fault, await _bench.FaultAsync(backend.Address));
        Assert.Single(backend.Requests);
    }

    [Fact]
    public async Task It_tells_the_epoch_who_asks_and_the_backends_own_host()
    {
        await using var backend = await LocalBackend.StartAsync();
        await _bench.SendAsync(new DestinationConfig { Address = backend.Address, Host = "own.example" });

        var asked = Assert.Single(backend.Requests);
        Assert.Equal(("/health", "own.example"), (asked.Path, asked.Host));
        Assert.Equal(("1;primary", "gateway-probe"), (asked.Headers["X-Failover-Epoch"], asked.Headers["User-Agent"]));
    }

    [Fact]
    public async Task Host_port_path_and_headers_may_be_its_own()
    {
        await using var backend = await LocalBackend.StartAsync();
        await using var elsewhere = await LocalBackend.StartAsync();
        _bench.Options.Port = new Uri(elsewhere.Address).Port;
        (_bench.Options.Host, _bench.Options.Path) = ("probe.example:81", "/ready?deep=1");
        _bench.Options.Headers["Authorization"] = "Bearer secret";
        _bench.Options.Headers["user-agent"] = "mine";

        await _bench.SendAsync(new DestinationConfig { Address = backend.Address, Host = "own.example" });

        Assert.Empty(backend.Requests);
        var asked = Assert.Single(elsewhere.Requests);
        Assert.Equal(("/ready", "probe.example:81"), (asked.Path, asked.Host));
        Assert.Equal(("Bearer secret", "mine"), (asked.Headers["Authorization"], asked.Headers["User-Agent"]));
    }

    [Fact]
    public async Task A_health_address_is_asked_in_place_of_the_address()
    {
        await using var backend = await LocalBackend.StartAsync();
        await _bench.SendAsync(new DestinationConfig { Address = "http://127.0.0.1:1/", Health = backend.Address + "below" });

        Assert.Equal("/below/health", Assert.Single(backend.Requests).Path);
    }

    [Fact]
    public async Task Probes_share_a_connection()
    {
        await using var backend = await LocalBackend.StartAsync();
        for (var time = 0; time < 3; time++)
        {
            Assert.Null(await _bench.FaultAsync(backend.Address));
        }

        Assert.Single(backend.Requests.Select(asked => asked.Connection).Distinct());
    }

    [Fact]
    public async Task Who_refuses_fails_at_once() => Assert.Equal("connection refused", await _bench.FaultAsync("http://127.0.0.1:1/"));

    [Fact]
    public async Task Who_closes_without_an_answer_fails()
    {
        await using var backend = await LocalBackend.StartAsync(context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        Assert.NotNull(await _bench.FaultAsync(backend.Address));
    }

    [Fact]
    public async Task Silence_fails_after_the_timeout_and_not_before()
    {
        var asked = new TaskCompletionSource();
        await using var backend = await LocalBackend.StartAsync(context => SilentAsync(context, asked));
        await FailsAtItsDeadlineAsync(backend, asked.Task);
    }

    [Theory]
    [InlineData("ready", null)]
    [InlineData("Ready", "answered 200 without the expected text")]
    [InlineData("höher", null)]
    [InlineData("{}", "answered 200 without the expected text")]
    public async Task A_text_in_the_body_may_be_expected(string text, string? fault)
    {
        _bench.Options.Contains = text;
        await using var backend = await LocalBackend.StartAsync(context => context.Response.WriteAsync("it is ready and höher"));

        Assert.Equal(fault, await _bench.FaultAsync(backend.Address));
    }

    [Fact]
    public async Task A_status_that_is_not_expected_fails_whatever_the_body_says()
    {
        _bench.Options.Contains = "ready";
        await using var backend = await LocalBackend.StartAsync(context =>
        {
            context.Response.StatusCode = 500;
            return context.Response.WriteAsync("ready");
        });

        Assert.Equal("answered 500", await _bench.FaultAsync(backend.Address));
    }

    [Theory]
    [InlineData("so far all is well here", true)]
    [InlineData("all is well", true)]
    [InlineData("all all is well", true)]
    [InlineData("all is wel", false)]
    [InlineData("", false)]
    public async Task A_text_is_found_however_it_is_cut(string body, bool found)
    {
        for (var piece = 1; piece <= body.Length + 1; piece++)
        {
            await using var pieces = new PieceStream(Encoding.UTF8.GetBytes(body), piece: piece);
            Assert.Equal(found, await HttpProbe.ContainsAsync(pieces, "all is well"u8.ToArray(), CancellationToken.None));
        }
    }

    [Fact]
    public async Task A_text_is_found_before_the_body_ends()
    {
        _bench.Options.Contains = "all is well";
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var probe = _bench.FaultAsync($"http://{listener.LocalEndpoint}/");
        using var socket = await listener.AcceptSocketAsync();
        socket.NoDelay = true;
        await socket.ReceiveAsync(new byte[4096]);
        await socket.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"u8.ToArray());
        foreach (var letter in "so far all is well here")
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes($"1\r\n{letter}\r\n"));
        }

        // The body has no end yet, and need not have one.
        Assert.Null(await probe);
    }

    [Theory]
    [InlineData(64 * 1024, null)]
    [InlineData((64 * 1024) + 1, "answered 200 without the expected text")]
    public async Task No_more_of_a_body_is_read_than_the_bound(int end, string? fault)
    {
        _bench.Options.Contains = "ready";
        await using var backend = await LocalBackend.StartAsync(async context =>
        {
            await context.Response.WriteAsync(new string('.', end - "ready".Length) + "ready");
            await context.Response.WriteAsync(new string('.', 1_000_000));
        });

        Assert.Equal(fault, await _bench.FaultAsync(backend.Address));
    }

    [Fact]
    public async Task A_body_that_falls_silent_fails_at_the_same_deadline()
    {
        _bench.Options.Contains = "ready";
        var asked = new TaskCompletionSource();
        await using var backend = await LocalBackend.StartAsync(async context =>
        {
            await context.Response.WriteAsync("rea");
            await context.Response.Body.FlushAsync();
            await SilentAsync(context, asked);
        });
        await FailsAtItsDeadlineAsync(backend, asked.Task);
    }

    [Fact]
    public async Task A_silent_body_that_nobody_asked_for_does_not_matter()
    {
        await using var backend = await LocalBackend.StartAsync(async context =>
        {
            await context.Response.Body.FlushAsync();
            await SilentAsync(context, new TaskCompletionSource());
        });
        Assert.Null(await _bench.FaultAsync(backend.Address));
    }

    [Theory]
    [InlineData("X-Failover-Drain", "true", 200, "draining: says X-Failover-Drain")]
    [InlineData("x-failover-drain", "TRUE", 503, "draining: says X-Failover-Drain")]
    [InlineData("X-Failover-Drain", "false", 200, null)]
    [InlineData("X-Drain", "true", 200, null)]
    [InlineData("X-Failover-Drain", "false", 503, "answered 503")]
    public async Task A_backend_may_say_that_it_drains(string name, string value, int status, string? said)
    {
        await using var backend = await AnsweringAsync(status, name, value);
        Assert.Equal(said, await _bench.FaultAsync(backend.Address));
    }

    [Theory]
    [InlineData("X-Drain", "draining: says X-Drain")]
    [InlineData("Content-Language", null)]
    [InlineData("", null)]
    public async Task The_field_that_says_so_may_be_another_or_none(string name, string? said)
    {
        _bench.Options.DrainHeader = name;
        await using var backend = await AnsweringAsync(200, "X-Drain", "true");
        Assert.Equal(said, await _bench.FaultAsync(backend.Address));
    }

    [Fact]
    public async Task A_status_may_say_that_it_drains()
    {
        _bench.Options.DrainStatuses = [429, 503];
        await using var backend = await AnsweringAsync(503);
        Assert.Equal("draining: answered 503", await _bench.FaultAsync(backend.Address));
    }

    private static Task<LocalBackend> AnsweringAsync(int status, string name = "X-Nothing", string value = "") => LocalBackend.StartAsync(context =>
    {
        context.Response.StatusCode = status;
        context.Response.Headers.Location = "/elsewhere";
        context.Response.Headers[name] = value;
        return Task.CompletedTask;
    });

    private static Task SilentAsync(HttpContext context, TaskCompletionSource asked)
    {
        var silence = new TaskCompletionSource();
        context.RequestAborted.Register(silence.SetResult);
        asked.SetResult();
        return silence.Task;
    }

    private async Task FailsAtItsDeadlineAsync(LocalBackend backend, Task asked)
    {
        var probe = _bench.SendAsync(new DestinationConfig { Address = backend.Address });
        await asked;

        _bench.Time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.False(probe.IsCompleted);
        _bench.Time.Advance(TimeSpan.FromMilliseconds(1));

        var (outcome, took) = await probe;
        Assert.Equal(new Fault(FaultKind.Timeout, "no answer within 1000 ms"), Assert.IsType<ProbeOutcome.Failed>(outcome).Fault);
        Assert.Equal(TimeSpan.FromSeconds(1), took);
    }
}
