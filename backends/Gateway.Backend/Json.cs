using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Gateway.Backends.Answers;
using Gateway.Backends.Executions;
using Gateway.Backends.Faults;
using Gateway.Backends.Health;
using Gateway.Backends.Streams;

namespace Gateway.Backends;

/// <summary>What went wrong with a request, as RFC 9457 words it.</summary>
internal sealed record Problem(string Title, int Status, string Detail);

[JsonSerializable(typeof(Answer))]
[JsonSerializable(typeof(ExecutionsAnswer))]
[JsonSerializable(typeof(FaultAnswer))]
[JsonSerializable(typeof(HealthAnswer))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(Tick))]
internal sealed partial class Json : JsonSerializerContext
{
    /// <summary>Quotes in a sentence stay readable; no answer of this service is ever put into a web page
    /// unescaped.</summary>
    public static Json Plain { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}

internal static class JsonAnswering
{
    /// <summary>Writes the whole body with its length: a body that is announced can be seen to be broken off.</summary>
    public static Task AnswerAsync<T>(
        this HttpContext context,
        T body,
        JsonTypeInfo<T> type,
        int status = 200,
        string contentType = "application/json")
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(body, type);
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = bytes.Length;
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : context.Response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
    }

    public static Task AnswerProblemAsync(this HttpContext context, int status, string title, string detail) =>
        context.AnswerAsync(new Problem(title, status, detail), Json.Plain.Problem, status, "application/problem+json");
}
