using Gateway.Failover.Attempts;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Model;

namespace Gateway.Tests.Attempts;

/// <summary>A request that is addressed to another backend is the same request.</summary>
public class RequestShapeTests
{
    [Theory]
    [InlineData("http://a.test/", "http://b.test/", "http://a.test/api/x?y=%20z", "http://b.test/api/x?y=%20z")]
    [InlineData("http://a.test:3001", "https://b.test/", "http://a.test:3001/api", "https://b.test/api")]
    [InlineData("http://a.test/base/", "http://b.test/other/place/", "http://a.test/base/api?q", "http://b.test/other/place/api?q")]
    [InlineData("http://a.test/", "http://b.test/prefix", "http://a.test/", "http://b.test/prefix/")]
    [InlineData("http://A.test/", "http://b.test/", "http://a.test/x", "http://b.test/x")]
    [InlineData("http://a.test/", "http://b.test/", "http://a.test/one%2Ftwo", "http://b.test/one%2Ftwo")]
    [InlineData("http://a.test/", "http://b.test:99/", "http://elsewhere.test:5/own/path?q", "http://b.test:99/own/path?q")]
    // What only begins like the backend's address is not under it.
    [InlineData("http://a.test:80", "http://b.test:81", "http://a.test:8080/x", "http://b.test:81/x")]
    [InlineData("http://a.test/base", "http://b.test/base", "http://a.test/basement", "http://b.test/basement")]
    public void The_address_is_the_other_ones_and_the_rest_stays(string from, string to, string uri, string expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        RequestShape.Retarget(request, Destination(from), Destination(to));
        Assert.Equal(new Uri(expected).AbsoluteUri, request.RequestUri!.AbsoluteUri);
    }

    [Theory]
    [InlineData(null, null, null, null)]
    [InlineData("a.host", "b.host", "a.host", "b.host")]
    [InlineData("a.host", null, "a.host", null)]
    [InlineData(null, "b.host", null, "b.host")]
    [InlineData(null, "b.host", "clients.own", "clients.own")]
    [InlineData("a.host", "b.host", "a.transforms.own", "a.transforms.own")]
    public void The_Host_field_is_the_other_ones_unless_it_was_the_clients(string? from, string? to, string? sent, string? expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://a.test/");
        request.Headers.Host = sent;
        RequestShape.Retarget(request, Destination("http://a.test/", from), Destination("http://b.test/", to));
        Assert.Equal(expected, request.Headers.Host);
    }

    private static DestinationState Destination(string address, string? host = null) =>
        new("x", new DestinationModel(new DestinationConfig { Address = address, Host = host }));
}
