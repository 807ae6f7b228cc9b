using System.Net;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;

namespace Skydive.Contracts.Tests.Queries;

public sealed class AddressRangeFilterTests
{
    [Theory]
    [InlineData("192.168.0.0/24", "192.168.0.7", true)]
    [InlineData("192.168.0.0/24", "192.168.0.7/24", true)]
    [InlineData("192.168.0.0/24", "192.168.1.7/24", false)]
    [InlineData("192.168.0.77/24", "192.168.0.1/8", true)]
    [InlineData("192.168.0.0/16", "192.168.255.255", true)]
    [InlineData("192.168.0.0/16", "192.169.0.1", false)]
    [InlineData("192.168.0.1", "192.168.0.1/24", true)]
    [InlineData("192.168.0.1", "192.168.0.2/24", false)]
    [InlineData("0.0.0.0/0", "8.8.8.8", true)]
    [InlineData("0.0.0.0/0", "::1", false)]
    [InlineData("0.0.0.0/0", "443", false)]
    [InlineData("0.0.0.0/0", "10.1", false)]
    [InlineData("0.0.0.0/0", "0x7f.0.0.1", false)]
    [InlineData("0.0.0.0/0", "010.0.0.1", false)]
    [InlineData("0.0.0.0/0", "10.0.0.1.", false)]
    [InlineData("0.0.0.0/0", "", false)]
    [InlineData("0.0.0.0/0", "/24", false)]
    [InlineData("0.0.0.0/0", "eth0", false)]
    [InlineData("10.0.0.0/8", "::ffff:10.1.2.3", true)]
    [InlineData("10.0.0.0/8", "::ffff:11.1.2.3", false)]
    [InlineData("fe80::/64", "fe80::ff:fe00:102/64", true)]
    [InlineData("fe80::1234/64", "fe80::1", true)]
    [InlineData("fe80::/64", "fe80:0:0:1::1", false)]
    [InlineData("::/0", "fe80::1", true)]
    [InlineData("::/0", "10.0.0.1", false)]
    [InlineData("::/0", "[::1]:80", false)]
    [InlineData("2001:db8::/33", "2001:db8:7fff::1", true)]
    [InlineData("2001:db8::/33", "2001:db8:8000::1", false)]
    [InlineData("::1", "::1/128", true)]
    public void Matches_Address_LiesInTheNetwork(string range, string address, bool isMet)
    {
        Assert.Equal(isMet, new AddressRangeFilter("k", range).Matches(NodeWith(address)));
        Assert.Equal(isMet, new AddressRangeFilter("k", range).Matches(NodeWith(MetadataValue.List(1, address))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("10.0.0.0/+8")]
    [InlineData("10.0.0.0/")]
    [InlineData("10.0.0.0/8/8")]
    [InlineData("10.0.0.0/99999999999")]
    [InlineData("10/8")]
    [InlineData("010.0.0.0/8")]
    [InlineData("::/129")]
    [InlineData("fe80::1%eth0/64")]
    [InlineData("[::1]/64")]
    public void Constructor_NoNetwork_IsRefused(string range) => Assert.Throws<ArgumentException>(() => new AddressRangeFilter("k", range));

    [Fact]
    public void Matches_RandomAddresses_AgreesWithComparingBits()
    {
        var random = new Random(3);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] network = new byte[random.Next(2) == 0 ? 4 : 16];
            random.NextBytes(network);
            byte[] address = [.. network];
            int prefix = random.Next((network.Length * 8) + 1);
            int flipped = random.Next(network.Length * 8);
            address[flipped / 8] ^= (byte)(0x80 >> (flipped % 8));

            Assert.Equal(
                flipped >= prefix, new AddressRangeFilter("k", $"{new IPAddress(network)}/{prefix}").Matches(NodeWith(new IPAddress(address).ToString())));
        }
    }

    private static Node NodeWith(MetadataValue value) => new() { Id = "n", CreatedAt = 1, UpdatedAt = 1, Metadata = MetadataMap.Create(("k", value)) };
}
