using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Gateway.Benchmarks.Roles;

/// <summary>Answers everything at once with the same few bytes, so that what is measured is what stands in front of it.</summary>
internal static class FastBackend
{
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
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = Answer.Length;
            return context.Response.Body.WriteAsync(Answer, 0, Answer.Length);
        });
        return app;
    }
}
