using System.Net;
using System.Net.Http.Headers;
using Gateway.Benchmarks.Roles;
using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Benchmarks.Memory;

/// <summary>A backend without a network. It answers as every real one does: not at once, so that whoever waits for it has to wait.</summary>
internal sealed class ScriptedBackend : HttpMessageHandler, IForwarderHttpClientFactory
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static readonly byte[] Answer = FastBackend.AnswerBytes.ToArray();

    public HttpMessageInvoker CreateClient(ForwarderHttpClientContext context) => new(this, disposeHandler: false);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await Task.Yield();
        if (request.Content is { } body)
        {
            await body.CopyToAsync(Stream.Null, cancellationToken);
        }

        var response = new HttpResponseMessage(HttpStatusCode.OK) { Version = HttpVersion.Version11, Content = new ByteArrayContent(Answer) };
        response.Content.Headers.ContentType = Json;
        response.Content.Headers.ContentLength = Answer.Length;
        return response;
    }
}
