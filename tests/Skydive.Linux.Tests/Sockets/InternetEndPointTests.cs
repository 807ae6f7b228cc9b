using System.Net;
using Skydive.Linux.Sockets;

namespace Skydive.Linux.Tests.Sockets;

public sealed class InternetEndPointTests
{
    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1:80", true, false)]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1:80", true, false)]
    [InlineData("2001:db8::1", "[2001:db8::1]:80", false, false)]
    [InlineData("0.0.0.0", "0.0.0.0:80", true, true)]
    [InlineData("::", "[::]:80", false, true)]
    [InlineData("::1", "[::1]:80", false, false)]
    public void ToString_AnyAddress_IsItsUsualText(string address, string expected, bool isIPv4, bool isAny)
    {
        var endPoint = new InternetEndPoint(IPAddress.Parse(address), 80);

        Assert.Equal(expected, endPoint.ToString());
        Assert.Equal(isIPv4, endPoint.IsIPv4);
        Assert.Equal(isAny, endPoint.IsAnyAddress);
    }

    [Fact]
    public void Equals_MappedAddress_IsTheIPv4Address()
    {
        Assert.Equal(
            new InternetEndPoint(IPAddress.Parse("10.0.0.1"), 5), new InternetEndPoint(IPAddress.Parse("::ffff:10.0.0.1"), 5));
        Assert.Equal(new InternetEndPoint(IPAddress.Parse("10.0.0.1"), 5), InternetEndPoint.Read([10, 0, 0, 1], 5));
        Assert.NotEqual(new InternetEndPoint(IPAddress.Any, 5), new InternetEndPoint(IPAddress.IPv6Any, 5));
        Assert.NotEqual(new InternetEndPoint(IPAddress.Any, 5), new InternetEndPoint(IPAddress.Any, 6));
    }

    [Fact]
    public void Read_OddLength_Throws() => Assert.Throws<ArgumentException>(() => InternetEndPoint.Read(new byte[5], 1));
}
