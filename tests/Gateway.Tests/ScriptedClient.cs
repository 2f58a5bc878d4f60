using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Tests;

/// <summary>
/// All backends, played by a script under YARP's forwarder. It lies in two things: there is no connection, so what a real one does
/// to a request before it fails (sending it, or not) a script has to do itself; and an answer's body is at hand at once.
/// </summary>
internal sealed class ScriptedClient(Func<Attempt, Task<HttpResponseMessage>> play) : HttpMessageHandler, IForwarderHttpClientFactory
{
    // Probes go the same way as requests, but are no part of the script.
    private static readonly HttpMessageInvoker Wire = new(new SocketsHttpHandler { UseProxy = false });

    private readonly ConcurrentQueue<Attempt> _attempts = new();

    public IReadOnlyList<Attempt> Attempts => [.. _attempts];

    /// <summary>The backends in the order in which they were tried.</summary>
    public IEnumerable<string> Tried => Attempts.Select(attempt => attempt.Backend);

    public void Use(IReverseProxyBuilder proxy) => proxy.Services.AddSingleton<IForwarderHttpClientFactory>(this);

    public HttpMessageInvoker CreateClient(ForwarderHttpClientContext context) => new(this, disposeHandler: false);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Headers.UserAgent.ToString() == "gateway-probe")
        {
            return await Wire.SendAsync(request, cancellationToken);
        }

        var attempt = new Attempt(request, cancellationToken);
        _attempts.Enqueue(attempt);
        return await play(attempt);
    }
}

/// <summary>One attempt, and what a backend can do with it.</summary>
internal sealed record Attempt(HttpRequestMessage Request, CancellationToken Cancel)
{
    public Uri Target { get; } = Request.RequestUri!;

    /// <summary>The first label of the host's name: <c>primary.test</c> is <c>primary</c>.</summary>
    public string Backend { get; } = Request.RequestUri!.Host.Split('.')[0];

    public string? Host { get; } = Request.Headers.Host;

    public IReadOnlyDictionary<string, string> Headers { get; } = Request.Headers.NonValidated.ToDictionary(
        header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);

    public Task<HttpResponseMessage> AnswerAsync(int status = 200, string body = "") => Task.FromResult(
        new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body.Length > 0 ? body : Backend, Encoding.UTF8, "text/plain") });

    /// <summary>No connection: nothing was sent.</summary>
    public static Task<HttpResponseMessage> RefuseAsync() => throw new HttpRequestException(
        HttpRequestError.ConnectionError, "refused", new SocketException((int)SocketError.ConnectionRefused));

    /// <summary>The request is sent, then the connection breaks.</summary>
    public async Task<HttpResponseMessage> BreakAsync()
    {
        await SendAsync();
        throw new HttpRequestException(HttpRequestError.ResponseEnded, "closed");
    }

    /// <summary>The request is sent, and then there is silence until somebody loses patience.</summary>
    public async Task<HttpResponseMessage> HangAsync()
    {
        await SendAsync();
        var silence = new TaskCompletionSource<HttpResponseMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var end = Cancel.Register(() => silence.TrySetCanceled(Cancel));
        return await silence.Task;
    }

    public async Task<string> SendAsync()
    {
        if (Request.Content is null)
        {
            return string.Empty;
        }

        using var sent = new MemoryStream();
        await Request.Content.CopyToAsync(sent, Cancel);
        return Encoding.UTF8.GetString(sent.ToArray());
    }
}
