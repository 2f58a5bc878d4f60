using Microsoft.Net.Http.Headers;

namespace Gateway.Backends.Blobs;

internal static class BlobSetup
{
    public static void MapBlob(this WebApplication app) =>
        app.MapMethods("/api/blob", [HttpMethods.Get, HttpMethods.Head], context =>
        {
            var size = BlobSize.Default;
            if (context.Request.Query["size"].ToString() is { Length: > 0 } text && !BlobSize.TryParse(text, out size))
            {
                return context.AnswerProblemAsync(
                    StatusCodes.Status400BadRequest,
                    "Bad size",
                    $"The size '{text}' is not a number of bytes from 0 to 1g, such as 1000, 64k, 10m or 1g.");
            }

            // The framework knows conditions, ranges and HEAD; it needs only a stream that can be positioned.
            var blob = TypedResults.Stream(
                new BlobStream(size),
                "application/octet-stream",
                entityTag: new EntityTagHeaderValue($"\"blob-{size}\""),
                enableRangeProcessing: true);
            return blob.ExecuteAsync(context);
        });
}
