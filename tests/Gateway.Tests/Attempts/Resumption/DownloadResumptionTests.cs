using System.Net;
using Gateway.Failover.Attempts.Resumption;

namespace Gateway.Tests.Attempts.Resumption;

public class DownloadResumptionTests
{
    [Fact]
    public void A_version_of_known_length_may_be_continued() => Assert.Equal(10, DownloadResumption.Of(Request(), Answer())!.Total);

    [Theory]
    [InlineData("ETag", "W/\"v1\"")]
    [InlineData("ETag", "v1")]
    [InlineData("ETag", "*")]
    [InlineData("ETag", null)]
    [InlineData("Vary", "Accept, *")]
    [InlineData("Set-Cookie", "a=b")]
    [InlineData("Trailer", "Digest")]
    public void What_may_be_another_version_or_is_for_one_occasion_may_not(string field, string? value)
    {
        using var answer = Answer();
        Set(answer, field, value);
        Assert.Null(DownloadResumption.Of(Request(), answer));
    }

    [Fact]
    public void An_answer_with_two_tags_may_not()
    {
        using var answer = Answer();
        answer.Headers.TryAddWithoutValidation("ETag", "\"v2\"");
        Assert.Null(DownloadResumption.Of(Request(), answer));
    }

    [Fact]
    public void Nor_may_anything_but_a_whole_answer_of_known_length_to_a_plain_GET()
    {
        using var part = Answer();
        part.StatusCode = HttpStatusCode.PartialContent;
        Assert.Null(DownloadResumption.Of(Request(), part));

        using var unknown = Answer();
        unknown.Content = new StreamContent(new PieceStream([]));
        Assert.Null(DownloadResumption.Of(Request(), unknown));

        using var range = Request();
        range.Headers.TryAddWithoutValidation("Range", "bytes=0-");
        Assert.Null(DownloadResumption.Of(range, Answer()));

        using var post = Request();
        post.Method = HttpMethod.Post;
        Assert.Null(DownloadResumption.Of(post, Answer()));

        using var body = Request();
        body.Content = new StringContent("?");
        Assert.Null(DownloadResumption.Of(body, Answer()));
    }

    [Fact]
    public void The_continuation_is_the_clients_request_without_its_conditions()
    {
        using var original = Request();
        original.Headers.TryAddWithoutValidation("Accept", "image/png");
        original.Headers.TryAddWithoutValidation("X-Odd", "a:;b");
        foreach (var condition in new[] { "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range" })
        {
            original.Headers.TryAddWithoutValidation(condition, "\"v0\"");
        }

        using var request = DownloadResumption.Of(Request(), Answer())!.Continue(original, 4);
        Assert.Equal(
            [("Accept", "image/png"), ("If-Range", "\"v1\""), ("Range", "bytes=4-"), ("X-Odd", "a:;b")],
            request.Headers.NonValidated.Select(field => (field.Key, field.Value.ToString())).Order());
        Assert.Equal((original.RequestUri, original.Version, original.VersionPolicy), (request.RequestUri, request.Version, request.VersionPolicy));
    }

    [Fact]
    public void Exactly_the_missing_rest_is_accepted()
    {
        var resumption = DownloadResumption.Of(Request(), Answer())!;
        Assert.True(resumption.Accepts(Rest(), 4));
        using var unknown = Rest();
        unknown.Content.Headers.ContentLength = null;
        Assert.False(resumption.Accepts(Rest(), 5));
    }

    [Theory]
    [InlineData("ETag", "\"v2\"")]
    [InlineData("ETag", "W/\"v1\"")]
    [InlineData("ETag", null)]
    [InlineData("Content-Encoding", "gzip")]
    [InlineData("Content-Type", "text/plain")]
    [InlineData("Content-Type", null)]
    [InlineData("Content-Range", "bytes 4-8/10")]
    [InlineData("Content-Range", "bytes 4-9/11")]
    [InlineData("Content-Range", "bytes 4-9/*")]
    [InlineData("Content-Range", "bytes 3-9/10")]
    [InlineData("Content-Range", null)]
    [InlineData("Content-Length", "5")]
    [InlineData("Content-Length", "six")]
    public void Anything_else_is_not(string field, string? value)
    {
        using var rest = Rest();
        Set(rest, field, value);
        Assert.False(DownloadResumption.Of(Request(), Answer())!.Accepts(rest, 4));
    }

    [Fact]
    public void Nor_is_the_whole_again()
    {
        using var rest = Rest();
        rest.StatusCode = HttpStatusCode.OK;
        Assert.False(DownloadResumption.Of(Request(), Answer())!.Accepts(rest, 4));
    }

    private static HttpRequestMessage Request() => new(HttpMethod.Get, "http://backend/file") { Version = HttpVersion.Version20 };

    private static HttpResponseMessage Answer() => Build(HttpStatusCode.OK, 10);

    private static HttpResponseMessage Rest()
    {
        var rest = Build(HttpStatusCode.PartialContent, 6);
        Set(rest, "Content-Range", "bytes 4-9/10");
        return rest;
    }

    private static HttpResponseMessage Build(HttpStatusCode status, int length)
    {
        var answer = new HttpResponseMessage(status) { Content = new StreamContent(new PieceStream([])) };
        Set(answer, "ETag", "\"v1\"");
        Set(answer, "Content-Type", "image/png");
        Set(answer, "Content-Length", $"{length}");
        return answer;
    }

    private static void Set(HttpResponseMessage answer, string field, string? value)
    {
        System.Net.Http.Headers.HttpHeaders headers = field.StartsWith("Content-") ? answer.Content.Headers : answer.Headers;
        headers.Remove(field);
        if (value is not null)
        {
            Assert.True(headers.TryAddWithoutValidation(field, value));
        }
    }
}
