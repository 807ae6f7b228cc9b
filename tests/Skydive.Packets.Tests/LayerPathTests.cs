namespace Skydive.Packets.Tests;

public sealed class LayerPathTests
{
    [Fact]
    public void ToString_OfAPath_JoinsTheNames()
    {
        LayerPath path = new LayerPath(LayerType.Ethernet).Append(LayerType.IPv6).Append(LayerType.ICMPv6).Append(LayerType.ICMPv6Echo);
        Assert.Equal("Ethernet/IPv6/ICMPv6/ICMPv6Echo", path.ToString());
        Assert.Same(path.ToString(), LayerPath.FromBits(path.Bits).ToString());
        Assert.Equal(4, path.Count);
        Assert.Equal(LayerType.ICMPv6Echo, path.Last);
        Assert.Equal(string.Empty, default(LayerPath).ToString());
        Assert.Equal(0, default(LayerPath).Count);
    }

    [Fact]
    public void IsFull_AtTheLongestPath_IsTrue()
    {
        LayerPath path = default;
        for (int i = 0; i < LayerPath.MaxLayers; i++)
        {
            Assert.False(path.IsFull);
            path = path.Append(LayerType.EAPOL);
        }

        Assert.True(path.IsFull);
        Assert.Equal(LayerPath.MaxLayers, path.Count);
        Assert.Equal(string.Join('/', Enumerable.Repeat("EAPOL", LayerPath.MaxLayers)), path.ToString());
    }

    [Fact]
    public void LayerTypes_FitTheirBits() => Assert.True(Enum.GetValues<LayerType>().Max() < (LayerType)64);

    [Fact]
    public void Equality_ComparesLayers()
    {
        var ethernet = new LayerPath(LayerType.Ethernet);
        Assert.True(ethernet.Append(LayerType.ARP) == ethernet.Append(LayerType.ARP));
        Assert.True(ethernet.Append(LayerType.ARP) != ethernet);
        Assert.Equal(ethernet.GetHashCode(), new LayerPath(LayerType.Ethernet).GetHashCode());
        Assert.False(ethernet.Equals("Ethernet"));
    }
}
