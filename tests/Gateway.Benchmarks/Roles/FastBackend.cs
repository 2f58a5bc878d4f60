using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Gateway.Benchmarks.Roles;

/// <summary>Answers everything at once with the same few bytes, so that what is measured is what stands in front of it.</summary>
internal static class FastBackend
{
    /// <summary>Is answered with 1 MB instead.</summary>
    public const string LargePath = "/api/large";

    private static readonly byte[] Large = new byte[1024 * 1024];
    private static readonly byte[] Answer = """{"message":"Hello from the backend.","at":"the speed of Kestrel"}"""u8.ToArray();

    public static ReadOnlySpan<byte> AnswerBytes => Answer;

    public static WebApplication Build(Action<WebApplicationBuilder> configure)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        configure(builder);
        var app = builder.Build();
        app.Run(static context =>
        {
            var answer = context.Request.Path.Equals(LargePath, StringComparison.Ordinal) ? Large : Answer;
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = answer.Length;
            return context.Response.Body.WriteAsync(answer, 0, answer.Length);
        });
        return app;
    }
}
