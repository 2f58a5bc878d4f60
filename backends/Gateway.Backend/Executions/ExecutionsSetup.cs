namespace Gateway.Backends.Executions;

internal sealed record ExecutionsAnswer(
    long Total, SortedDictionary<string, long> ByMethod, Dictionary<string, long> ByRequest);

internal static class ExecutionsSetup
{
    public const string Path = "/api/executions";

    /// <summary>Counts every request under <c>/api</c>; stands in front of the faults, and asking does not
    /// count.</summary>
    public static void UseExecutions(this WebApplication app, ExecutionCounts executions) =>
        app.Use((context, next) =>
        {
            var path = context.Request.Path;
            if (path.StartsWithSegments("/api") && !path.StartsWithSegments(Path))
            {
                executions.Count(context.Request.Method, context.Request.Headers["X-Request-Id"]);
            }

            return next(context);
        });

    public static void MapExecutions(this WebApplication app, ExecutionCounts executions) =>
        app.MapGet(Path, (HttpContext context) =>
        {
            var one = context.Request.Query["id"].ToString();
            var answer = one.Length == 0 ? executions.All() : executions.One(one);
            return context.AnswerAsync(answer, Json.Plain.ExecutionsAnswer);
        });
}
