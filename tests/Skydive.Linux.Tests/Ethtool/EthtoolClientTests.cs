using Skydive.Linux.Ethtool;

namespace Skydive.Linux.Tests.Ethtool;

public sealed class EthtoolClientTests
{
    [Fact]
    public void TryGetDriver_RealInterfaces_NamesTheirDrivers()
    {
        using var test = new TestNamespace();
        test.Batch(["link add a0 type veth peer name b0", "link add br0 type bridge", "link add vx0 type vxlan id 1 dstport 4789"]);
        using EthtoolClient client = EthtoolClient.Open(test.Network);

        Assert.True(client.TryGetDriver("a0", out DriverInfo? veth));
        Assert.Equal("veth", veth!.Driver);
        Assert.NotEmpty(veth.Version);
        Assert.True(client.TryGetDriver("br0", out DriverInfo? bridge));
        Assert.Equal("bridge", bridge!.Driver);
        Assert.True(client.TryGetDriver("vx0", out DriverInfo? vxlan));
        Assert.Equal("vxlan", vxlan!.Driver);
    }

    [Fact]
    public void TryGetDriver_NoSuchInterface_IsFalse()
    {
        using EthtoolClient client = EthtoolClient.Open();

        Assert.False(client.TryGetDriver("sklinux-none", out DriverInfo? info));
        Assert.Null(info);
        Assert.Throws<LinuxException>(() => client.TryGetDriver(new string('x', 16), out _));
    }

    [Fact]
    public void TryGetSpeed_Veth_IsTenGigabits()
    {
        using var test = new TestNamespace();
        test.Batch(["link add a0 type veth peer name b0", "link set a0 up", "link set b0 up"]);
        using EthtoolClient client = EthtoolClient.Open(test.Network);

        Assert.True(client.TryGetSpeed("a0", out long speed));
        Assert.Equal(10_000_000_000L, speed);
        Assert.False(client.TryGetSpeed("lo", out speed));
        Assert.Equal(0, speed);
    }

    [Fact]
    public void TryGetFeatures_Veth_HasTheUsualOnes()
    {
        using var test = new TestNamespace();
        test.Ip("link add a0 type veth peer name b0");
        using EthtoolClient client = EthtoolClient.Open(test.Network);

        Assert.True(client.TryGetFeatures("a0", out IReadOnlyDictionary<string, bool>? features));
        Assert.True(features!.Count > 30);
        Assert.True(features["highdma"]);
        Assert.True(features["tx-checksum-ip-generic"]);
        Assert.False(features["rx-all"]);
        Assert.False(client.TryGetFeatures("none0", out _));
    }
}
