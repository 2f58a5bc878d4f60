using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text.Json;
using Xunit;

namespace Gateway.Tests.Backends;

/// <summary>The answers of a backend that behaves.</summary>
public class AnswerTests
{
    [Fact]
    public async Task Its_health_says_who_it_is()
    {
        await using var backend = await RunningBackend.StartAsync("secondary");

        var health = await backend.GetJsonAsync("/health");

        Assert.Equal("ok", health.GetProperty("status").GetString());
        Assert.Equal("secondary", health.GetProperty("name").GetString());
        Assert.Equal("secondary", health.GetProperty("role").GetString());
        Assert.Equal(Environment.ProcessId, health.GetProperty("pid").GetInt32());
        Assert.Equal(DateTimeKind.Utc, health.GetProperty("since").GetDateTime().Kind);
    }

    [Fact]
    public async Task An_answer_tells_what_was_seen_of_the_request()
    {
        await using var backend = await RunningBackend.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/data");
        request.Headers.Add("X-Request-Id", "r-1");
        request.Headers.Add("X-Failover-Epoch", "7;primary");

        using var response = await backend.Client.SendAsync(request);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();

        Assert.Equal("primary", answer.GetProperty("name").GetString());
        Assert.Equal("r-1", answer.GetProperty("requestId").GetString());
        Assert.Equal("7;primary", answer.GetProperty("failoverEpoch").GetString());
        Assert.Equal(1, answer.GetProperty("served").GetInt64());
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    [InlineData("DELETE")]
    public async Task A_body_is_measured_and_hashed(string method)
    {
        await using var backend = await RunningBackend.StartAsync();
        var body = RandomNumberGenerator.GetBytes(200_000);
        using var request = new HttpRequestMessage(new HttpMethod(method), "/api/data");
        request.Content = new ByteArrayContent(body);

        using var response = await backend.Client.SendAsync(request);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();

        Assert.Equal(method, answer.GetProperty("method").GetString());
        Assert.Equal(body.Length, answer.GetProperty("length").GetInt64());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(body)), answer.GetProperty("sha256").GetString());
    }

    [Fact]
    public async Task A_stream_has_ids_that_increase_and_ends_at_its_count()
    {
        await using var backend = await RunningBackend.StartAsync();

        var text = await backend.Client.GetStringAsync("/api/stream?interval=1ms&count=3");

        Assert.Equal(["id: 1", "id: 2", "id: 3"], Ids(text));
        Assert.EndsWith("}\n\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1", new[] { "id: 2", "id: 3" })]
    [InlineData("unheard-of", new[] { "id: 1", "id: 2", "id: 3" })]
    public async Task A_stream_goes_on_after_the_last_event_that_was_seen(string lastEventId, string[] expected)
    {
        await using var backend = await RunningBackend.StartAsync();
        backend.Client.DefaultRequestHeaders.Add("Last-Event-ID", lastEventId);

        Assert.Equal(expected, Ids(await backend.Client.GetStringAsync("/api/stream?interval=1ms&count=3")));
    }

    [Fact]
    public async Task A_stream_that_was_seen_to_its_end_tells_the_reader_not_to_come_back()
    {
        await using var backend = await RunningBackend.StartAsync();
        backend.Client.DefaultRequestHeaders.Add("Last-Event-ID", "3");

        using var response = await backend.Client.GetAsync("/api/stream?count=3");

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    [Theory]
    [InlineData("/api/stream?interval=5", "'5'")]
    [InlineData("/api/stream?interval=2m", "'2m'")]
    [InlineData("/api/stream?count=0", "'0'")]
    [InlineData("/api/blob?size=2g", "'2g'")]
    public async Task A_bad_query_is_answered_with_a_sentence_that_names_the_value(string path, string value)
    {
        await using var backend = await RunningBackend.StartAsync();

        using var response = await backend.Client.GetAsync(path);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains(value, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_web_socket_echoes()
    {
        await using var backend = await RunningBackend.StartAsync();
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(backend.Address) { Scheme = "ws", Path = "/api/ws" }.Uri, default);

        await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, default);
        var buffer = new byte[64];
        var echo = await socket.ReceiveAsync(buffer, default);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, default);

        Assert.Equal("hello"u8.ToArray(), buffer[..echo.Count]);
        Assert.Equal(WebSocketMessageType.Text, echo.MessageType);
        Assert.Equal(WebSocketState.Closed, socket.State);
    }

    private static string[] Ids(string events) =>
        [.. events.Split('\n').Where(line => line.StartsWith("id:", StringComparison.Ordinal))];
}
