using Gateway.Core;
using Gateway.Failover.Configuration;
using Gateway.Failover.Probing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Tests.Probing;

/// <summary>Against Kestrel, which speaks HTTP/2 with trailers; what gRPC adds to it is written by hand, as its documents have it.</summary>
public sealed class GrpcHealthProbeTests : IDisposable
{
    private readonly ProbeBench _bench = new() { Options = { Kind = ProbeKind.Grpc } };

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData(1, null)]
    [InlineData(2, "says NOT_SERVING")]
    [InlineData(3, "says SERVICE_UNKNOWN")]
    [InlineData(0, "says UNKNOWN")]
    [InlineData(9, "says UNKNOWN")]
    public async Task Only_who_serves_passes(byte status, string? fault) => Assert.Equal(fault, await FaultAsync([0, 0, 0, 0, 2, 8, status]));

    [Theory]
    [InlineData(12, "does not implement grpc.health.v1.Health")]
    [InlineData(5, "answered gRPC status 5 (NOT_FOUND)")]
    [InlineData(14, "answered gRPC status 14 (UNAVAILABLE)")]
    [InlineData(77, "answered gRPC status 77")]
    public async Task Any_other_status_than_0_fails_even_after_a_message_that_says_it_serves(int code, string fault) =>
        Assert.Equal(fault, await FaultAsync([0, 0, 0, 0, 2, 8, 1], code));

    [Fact]
    public async Task A_status_without_a_message_may_stand_in_the_head()
    {
        await using var backend = await StartAsync(context =>
        {
            context.Response.ContentType = "application/grpc";
            context.Response.Headers["grpc-status"] = "12";
            context.Response.Headers["grpc-message"] = "no such method";
            return Task.CompletedTask;
        });
        Assert.Equal("does not implement grpc.health.v1.Health", await _bench.FaultAsync(backend.Address));
    }

    public static TheoryData<byte[], string?> Messages => new()
    {
        { [0, 0, 0, 0, 0], "says UNKNOWN" },
        { [], "answered with a message that is not of the health protocol" },
        { [1, 0, 0, 0, 2, 8, 1], "answered with a message that is not of the health protocol" },
        { [0, 0, 0, 0, 9, 8, 1], "answered with a message that is not of the health protocol" },
        { [0, 0, 0, 0, 2, 8, 0x81], "answered with a message that is not of the health protocol" },
        // Fields that are not of this protocol's day: a text, two numbers of fixed length, another number.
        { [0, 0, 0, 0, 23, 18, 3, 1, 2, 3, 25, 1, 2, 3, 4, 5, 6, 7, 8, 37, 1, 2, 3, 4, 8, 1, 40, 2], null },
        { new byte[5000], "answered with too long a message" },
    };

    [Theory]
    [MemberData(nameof(Messages))]
    public async Task A_message_is_read_as_protobuf_is(byte[] message, string? fault) => Assert.Equal(fault, await FaultAsync(message));

    [Theory]
    [InlineData("", new byte[] { 0, 0, 0, 0, 0 })]
    [InlineData("shop", new byte[] { 0, 0, 0, 0, 6, 10, 4, (byte)'s', (byte)'h', (byte)'o', (byte)'p' })]
    public async Task It_asks_for_the_server_or_for_a_service(string service, byte[] expected)
    {
        _bench.Options.Service = service;
        _bench.Options.Headers["X-Key"] = "secret";
        var sent = new MemoryStream();
        await using var backend = await StartAsync(async context =>
        {
            await context.Request.Body.CopyToAsync(sent);
            await AnswerAsync(context, [0, 0, 0, 0, 2, 8, 1], 0);
        });

        Assert.Null(await _bench.FaultAsync(backend.Address));

        Assert.Equal(expected, sent.ToArray());
        var asked = Assert.Single(backend.Requests);
        Assert.Equal("/grpc.health.v1.Health/Check", asked.Path);
        Assert.Equal(
            ("application/grpc", "trailers", "1000m", "1;primary", "secret"),
            (asked.Headers["Content-Type"], asked.Headers["TE"], asked.Headers["grpc-timeout"], asked.Headers["X-Failover-Epoch"], asked.Headers["X-Key"]));
    }

    [Fact]
    public void A_long_name_has_a_long_length()
    {
        var request = GrpcHealthMessage.Request(new string('s', 300));
        Assert.Equal([0, 0, 0, 1, 47, 10, 0xAC, 2, (byte)'s'], request[..9]);
        Assert.Equal(308, request.Length);
    }

    [Fact]
    public async Task A_service_that_is_not_known_is_named()
    {
        _bench.Options.Service = "shop";
        Assert.Equal("does not know the service shop", await FaultAsync([], code: 5));
    }

    [Fact]
    public async Task Who_is_no_gRPC_server_fails()
    {
        await using var web = await StartAsync(context => context.Response.WriteAsync("hello"));
        Assert.Equal("answered 200, but does not speak gRPC", await _bench.FaultAsync(web.Address));

        web.Answer = context =>
        {
            context.Response.StatusCode = 404;
            return Task.CompletedTask;
        };
        Assert.Equal("answered 404", await _bench.FaultAsync(web.Address));

        await using var old = await LocalBackend.StartAsync(listen: listen => listen.Protocols = HttpProtocols.Http1);
        Assert.NotNull(await _bench.FaultAsync(old.Address));
        Assert.Empty(old.Requests);
    }

    [Fact]
    public async Task An_answer_that_ends_without_a_status_is_broken()
    {
        await using var backend = await StartAsync(async context =>
        {
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.WriteAsync(new byte[] { 0, 0, 0, 0, 2, 8, 1 });
        });
        var (outcome, _) = await _bench.SendAsync(new DestinationConfig { Address = backend.Address });
        Assert.Equal(new Fault(FaultKind.Broken, "answer ended without a gRPC status"), Assert.IsType<ProbeOutcome.Failed>(outcome).Fault);
    }

    [Fact]
    public async Task A_status_that_does_not_come_is_waited_for_until_the_timeout()
    {
        var asked = new TaskCompletionSource();
        await using var backend = await StartAsync(async context =>
        {
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.WriteAsync(new byte[] { 0, 0, 0, 0, 2, 8, 1 });
            await context.Response.Body.FlushAsync();
            var silence = new TaskCompletionSource();
            context.RequestAborted.Register(silence.SetResult);
            asked.SetResult();
            await silence.Task;
        });
        var probe = _bench.FaultAsync(backend.Address);
        await asked.Task;
        _bench.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("no answer within 1000 ms", await probe);
    }

    private async Task<string?> FaultAsync(byte[] message, int code = 0)
    {
        await using var backend = await StartAsync(context => AnswerAsync(context, message, code));
        return await _bench.FaultAsync(backend.Address);
    }

    private static Task<LocalBackend> StartAsync(RequestDelegate answer) =>
        LocalBackend.StartAsync(answer, listen => listen.Protocols = HttpProtocols.Http2);

    private static async Task AnswerAsync(HttpContext context, byte[] message, int code)
    {
        context.Response.ContentType = "application/grpc+proto";
        await context.Response.Body.WriteAsync(message);
        context.Response.AppendTrailer("grpc-status", $"{code}");
    }
}
