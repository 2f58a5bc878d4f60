using System.Net;
using System.Net.Http.Headers;
using System.Threading.Channels;
using Gateway.EndToEnd.Harness;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Gateway.EndToEnd;

/// <summary>What gRPC needs of a proxy: HTTP/2 without TLS on both sides, both directions at once, and trailers.</summary>
public sealed class GrpcTests(ITestOutputHelper output) : EndToEndTest(output)
{
    [Fact]
    public async Task A_call_that_streams_both_ways_passes_with_its_trailers()
    {
        await using var backend = await KestrelBackend.StartAsync(CallAsync, HttpProtocols.Http2);
        var url = await ThroughAsync(backend);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Eventually.Soon };
        var messages = Channel.CreateUnbounded<byte[]>();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(url, "api/call"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new Messages(messages.Reader),
            Headers = { { "TE", "trailers" } },
        };

        var sent = new[] { "first"u8.ToArray(), "second"u8.ToArray() };
        // The first one goes with the head: YARP passes no head of an answer on before it has seen something of the body, or its end.
        await messages.Writer.WriteAsync(sent[0]);
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await using var answer = await response.Content.ReadAsStreamAsync();
        foreach (var message in sent)
        {
            if (message != sent[0])
            {
                await messages.Writer.WriteAsync(message);
            }

            var echo = new byte[message.Length];
            using var deadline = new CancellationTokenSource(Eventually.Soon);
            await answer.ReadExactlyAsync(echo, deadline.Token);
            Assert.Equal(message, echo);
        }

        messages.Writer.Complete();
        Assert.Equal(0, await answer.ReadAsync(new byte[1]));
        Assert.Equal(["0"], response.TrailingHeaders.GetValues("grpc-status"));
        Assert.Equal("application/grpc", response.Content.Headers.ContentType?.MediaType);
        Assert.Single(backend.Requests);
    }

    /// <summary>A gateway that listens for HTTP/2 without TLS too, and where it does.</summary>
    private async Task<Uri> ThroughAsync(KestrelBackend backend)
    {
        var (port, grpc) = (Ports.Take(), Ports.Take());
        var config = new GatewayConfig(Folder, ("primary", backend.Url));
        config["ReverseProxy:Clusters:api:HttpRequest:Version"] = "2";
        config["ReverseProxy:Clusters:api:HttpRequest:VersionPolicy"] = "RequestVersionExact";
        config["Kestrel:Endpoints:plain:Url"] = $"http://127.0.0.1:{port}";
        config["Kestrel:Endpoints:grpc:Url"] = $"http://127.0.0.1:{grpc}";
        config["Kestrel:Endpoints:grpc:Protocols"] = "Http2";
        var gateway = Own(GatewayProcess.LaunchAt(port, Folder, "--config", config.Save().Path));
        await gateway.AllUpAsync();
        return new Uri($"http://127.0.0.1:{grpc}/");
    }

    private static async Task CallAsync(HttpContext context)
    {
        context.Response.ContentType = "application/grpc";
        await context.Response.Body.FlushAsync();
        var buffer = new byte[4096];
        while (await context.Request.Body.ReadAsync(buffer) is > 0 and var read)
        {
            await context.Response.Body.WriteAsync(buffer.AsMemory(0, read));
            await context.Response.Body.FlushAsync();
        }

        context.Response.AppendTrailer("grpc-status", "0");
    }

    /// <summary>A body that is written while the answer is read already.</summary>
    private sealed class Messages : HttpContent
    {
        private readonly ChannelReader<byte[]> _messages;

        public Messages(ChannelReader<byte[]> messages)
        {
            _messages = messages;
            Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.FlushAsync();
            await foreach (var message in _messages.ReadAllAsync())
            {
                await stream.WriteAsync(message);
                await stream.FlushAsync();
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
