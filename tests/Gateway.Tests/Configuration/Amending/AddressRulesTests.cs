using System.Net;
using Gateway.Failover.Configuration.Amending;

namespace Gateway.Tests.Configuration.Amending;

/// <summary>Where an operator may send the gateway, and where not.</summary>
public class AddressRulesTests
{
    [Theory]
    [InlineData("third")]
    [InlineData("Backup-3.eu_west")]
    [InlineData("7")]
    public void A_name_is_of_characters_that_need_no_escape(string name) => Assert.Null(AddressRules.OfName(name));

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a+b")]
    [InlineData("a;b")]
    [InlineData("a,b")]
    [InlineData("a/b")]
    [InlineData("a%2fb")]
    [InlineData("..")]
    [InlineData("dritter-ü")]
    [InlineData("a\r\nX-Evil: 1")]
    public void Any_other_is_none(string name) => Assert.StartsWith("The name of a backend is '", AddressRules.OfName(name), StringComparison.Ordinal);

    [Fact]
    public void A_name_has_an_end()
    {
        Assert.Null(AddressRules.OfName(new string('a', 100)));
        Assert.NotNull(AddressRules.OfName(new string('a', 101)));
    }

    [Theory]
    [InlineData("http://10.0.0.7")]
    [InlineData("https://backup.example:8443/")]
    [InlineData("http://[fd00::7]:8080/under/a/path")]
    [InlineData("HTTP://LOCALHOST:80/")]
    public void An_address_is_an_absolute_http_or_https_url(string address)
    {
        Assert.Null(AddressRules.OfAddress("address", address));
        Assert.Null(AddressRules.Objection(address));
    }

    [Theory]
    [InlineData("")]
    [InlineData("10.0.0.7:8080")]
    [InlineData("/somewhere")]
    [InlineData("//10.0.0.7/")]
    [InlineData("http://")]
    [InlineData("http:///path")]
    [InlineData("ftp://10.0.0.7/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("gopher://10.0.0.7/")]
    [InlineData("http://user@10.0.0.7/")]
    [InlineData("http://user:secret@10.0.0.7/")]
    [InlineData("http://@10.0.0.7/")]
    [InlineData("http://10.0.0.7/?a=b")]
    [InlineData("http://10.0.0.7/?")]
    [InlineData("http://10.0.0.7/#there")]
    [InlineData(" http://10.0.0.7/")]
    [InlineData("http://10.0.0.7/ ")]
    [InlineData("http://10.0.0.7\\@169.254.169.254/")]
    [InlineData("http://10.0.0.7/\r\nX-Evil: 1")]
    public void Anything_else_is_none(string address) =>
        Assert.StartsWith("The address is '", AddressRules.OfAddress("address", address), StringComparison.Ordinal);

    [Theory]
    [InlineData("http://169.254.169.254/")]
    [InlineData("http://169.254.0.1:8080/latest")]
    [InlineData("http://[fe80::1]/")]
    [InlineData("http://[fe80::1%25eth0]/")]
    [InlineData("http://[febf::1]/")]
    [InlineData("http://[fd00:ec2::254]/")]
    [InlineData("http://[FD00:0EC2:0:0:0:0:0:0254]/")]
    [InlineData("http://[::ffff:169.254.169.254]/")]
    [InlineData("http://[::ffff:a9fe:a9fe]/")]
    [InlineData("http://[::169.254.169.254]/")]
    [InlineData("http://[64:ff9b::a9fe:a9fe]/")]
    [InlineData("http://2852039166/")]
    [InlineData("http://0xa9fea9fe/")]
    [InlineData("http://0xa9.0xfe.0xa9.0xfe/")]
    [InlineData("http://0251.0376.0251.0376/")]
    [InlineData("http://169.254.43518/")]
    [InlineData("http://metadata.google.internal/")]
    [InlineData("http://METADATA.google.internal./")]
    public void Link_local_and_metadata_addresses_are_refused_however_they_are_written(string address)
    {
        Assert.Null(AddressRules.OfAddress("address", address));
        Assert.Contains("is link-local or a metadata service", AddressRules.Objection(address), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://169.253.255.255/")]
    [InlineData("http://169.255.0.0/")]
    [InlineData("http://[fec0::1]/")]
    [InlineData("http://[fd00:ec2::253]/")]
    [InlineData("http://[::1]/")]
    [InlineData("http://127.0.0.1/")]
    public void Their_neighbours_are_not(string address) => Assert.Null(AddressRules.Objection(address));

    [Fact]
    public void A_name_that_stands_for_one_is_refused_too()
    {
        Assert.Null(AddressRules.Objection("http://backup.example/", [IPAddress.Parse("10.0.0.7")]));
        Assert.Equal(
            "No backend at http://backup.example/: 169.254.169.254 is link-local or a metadata service, where no operator may send the gateway.",
            AddressRules.Objection("http://backup.example/", [IPAddress.Parse("10.0.0.7"), IPAddress.Parse("169.254.169.254")]));
    }

    [Theory]
    [InlineData("shop.example", true)]
    [InlineData("shop.example:8080", true)]
    [InlineData("[::1]:80", true)]
    [InlineData("", false)]
    [InlineData("shop example", false)]
    [InlineData("shop/example", false)]
    [InlineData("shop.example:99999", false)]
    [InlineData("a\r\nX-Evil: 1", false)]
    public void A_host_is_a_name_with_a_port_or_without(string host, bool good) => Assert.Equal(good, AddressRules.OfHost(host) is null);
}
