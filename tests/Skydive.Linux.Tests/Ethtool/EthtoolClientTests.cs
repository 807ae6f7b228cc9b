using Skydive.Linux.Ethtool;
using Skydive.Linux.Netlink;
using Skydive.Linux.Route;

namespace Skydive.Linux.Tests.Ethtool;

/// <summary>Against the real kernel.</summary>
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

        Assert.True(client.TryGetFeatures("a0", out EthtoolFeatures? features));
        AssertVeth(features!);
        Assert.False(client.TryGetFeatures("none0", out features));
        Assert.Null(features);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void DumpFeatures_AllInterfaces_AgreesWithEachAskedAlone(bool useNetlink)
    {
        using var test = new TestNamespace();
        test.Batch(["link add a0 type veth peer name b0", "link add br0 type bridge", "link add vx0 type vxlan id 1 dstport 4789"]);
        Tools.RequireProgram("ethtool");
        Tools.Run("ip", $"netns exec {test.Name} ethtool -K b0 tso off");
        using EthtoolClient client = EthtoolClient.Open(test.Network, useNetlink);
        using RtnetlinkClient links = RtnetlinkClient.Open(test.Network);

        Assert.Equal(useNetlink, client.AsksAllAtOnce);
        IReadOnlyList<InterfaceFeatures> all = client.DumpFeatures(TestContext.Current.CancellationToken);

        Assert.Equal(
            links.DumpLinks().Select(link => (link.Index, link.Name)).OrderBy(link => link.Index),
            all.Select(one => (one.Index, one.Name)).OrderBy(one => one.Index));
        Assert.All(all, one =>
        {
            Assert.True(client.TryGetFeatures(one.Name, out EthtoolFeatures? alone));
            Assert.Equal<EthtoolFeatures>(alone, one.Features);
        });
        EthtoolFeatures veth = all.Single(one => one.Name == "a0").Features;
        AssertVeth(veth);
        Assert.True(veth["tx-tcp-segmentation"]);
        Assert.False(all.Single(one => one.Name == "b0").Features["tx-tcp-segmentation"]);
    }

    [Fact]
    public void DumpFeatures_EqualSets_AreOneObject()
    {
        using var test = new TestNamespace();
        test.Batch([.. Enumerable.Range(0, 10).Select(i => $"link add a{i} type veth peer name b{i}")]);
        using EthtoolClient client = EthtoolClient.Open(test.Network);

        List<EthtoolFeatures> features = [.. client.DumpFeatures(TestContext.Current.CancellationToken)
            .Where(one => one.Name != "lo").Select(one => one.Features)];

        Assert.Equal(20, features.Count);
        Assert.All(features, one => Assert.Same(features[0], one));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void DumpLinkSettings_AllInterfaces_KnowsThoseOfVeths(bool useNetlink)
    {
        using var test = new TestNamespace();
        test.Batch(["link add a0 type veth peer name b0", "link set a0 up", "link set b0 up"]);
        using EthtoolClient client = EthtoolClient.Open(test.Network, useNetlink);

        LinkSettings veth = client.DumpLinkSettings(TestContext.Current.CancellationToken).Single(link => link.Name == "a0");

        Assert.True(veth.Index > 1);
        Assert.Equal(10_000_000_000, veth.BitsPerSecond);
        Assert.Equal(Duplex.Full, veth.Duplex);
        Assert.False(veth.IsNegotiated);
        Assert.True(client.TryGetLinkSettings("a0", out LinkSettings? alone));
        Assert.Equal(veth with { Index = 0, Lanes = null }, alone);
    }

    [Fact]
    public void TryGetStatistics_Veth_CountsPacketsOfItsQueues()
    {
        using var test = new TestNamespace();
        test.Ip("link add a0 type veth peer name b0");
        using EthtoolClient client = EthtoolClient.Open(test.Network);
        using RtnetlinkClient links = RtnetlinkClient.Open(test.Network);

        Assert.True(client.TryGetStatistics("a0", out IReadOnlyDictionary<string, ulong>? statistics));

        // veth tells the index of its peer among its counters.
        Assert.Equal((ulong)links.GetLink("b0").Index, statistics!["peer_ifindex"]);
        Assert.False(client.TryGetStatistics("lo", out statistics));
        Assert.Null(statistics);
        Assert.False(client.TryGetStatistics("none0", out _));
    }

    [Fact]
    public void TryGetStandardStatistics_WithoutSuchCounters_IsFalse()
    {
        using var test = new TestNamespace();
        test.Ip("link add a0 type veth peer name b0");
        using EthtoolClient client = EthtoolClient.Open(test.Network);

        Assert.False(client.TryGetStandardStatistics("a0", out _, TestContext.Current.CancellationToken));
        Assert.False(client.TryGetStandardStatistics("none0", out _, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void TryGetPermanentAddress_Software_HasNone()
    {
        using var test = new TestNamespace();
        test.Ip("link add a0 type veth peer name b0");
        using EthtoolClient client = EthtoolClient.Open(test.Network);

        Assert.False(client.TryGetPermanentAddress("a0", out HardwareAddress address));
        Assert.True(address.IsEmpty);
        Assert.False(client.TryGetPermanentAddress("none0", out _));
    }

    [Fact]
    public void TryGetPermanentAddress_Hardware_IsThatOfRtnetlink()
    {
        using RtnetlinkClient links = RtnetlinkClient.Open();
        LinkMessage? hardware = links.DumpLinks().FirstOrDefault(link => !link.PermanentAddress.IsZero);
        if (hardware is null)
        {
            Assert.Skip("needs an interface with a permanent address");
        }

        using EthtoolClient client = EthtoolClient.Open();

        Assert.True(client.TryGetPermanentAddress(hardware.Name, out HardwareAddress address));
        Assert.Equal(hardware.PermanentAddress, address);
    }

    [Fact]
    public void Listener_FeatureSwitchedByAnother_TellsAllFeatures()
    {
        using var test = new TestNamespace();
        Tools.RequireProgram("ethtool");
        test.Ip("link add a0 type veth peer name b0");
        using EthtoolClient client = EthtoolClient.Open(test.Network);
        using EthtoolListener? listener = EthtoolListener.Open(test.Network);
        Assert.NotNull(listener);
        Assert.NotNull(listener.Descriptor);
        InterfaceFeatures before = client.DumpFeatures(TestContext.Current.CancellationToken).Single(one => one.Name == "a0");

        Tools.Run("ip", $"netns exec {test.Name} ethtool -K a0 gro on");

        var events = new List<EthtoolEvent>();
        while (!events.Exists(one => one.Index == before.Index))
        {
            Assert.Equal(NetlinkReceiveStatus.Messages, listener.Receive(events, Tools.Patience, TestContext.Current.CancellationToken));
        }

        InterfaceFeatures after = events.First(one => one.Index == before.Index).Features!;
        Assert.Equal("a0", after.Name);
        Assert.False(before.Features["rx-gro"]);
        Assert.Equal(
            ["rx-gro"], after.Features.Where(feature => before.Features[feature.Key] != feature.Value).Select(feature => feature.Key));
    }

    [Fact]
    public async Task Listener_Disposed_EndsItsWait()
    {
        using EthtoolListener? listener = EthtoolListener.Open();
        Task<NetlinkReceiveStatus> wait = Task.Run(
            () => listener!.Receive(new List<EthtoolEvent>(), Timeout.InfiniteTimeSpan, CancellationToken.None),
            TestContext.Current.CancellationToken);

        listener!.Dispose();

        Assert.Equal(NetlinkReceiveStatus.Cancelled, await wait.WaitAsync(Tools.Patience, TestContext.Current.CancellationToken));
    }

    private static void AssertVeth(EthtoolFeatures features)
    {
        Assert.True(features.Count > 30);
        Assert.Equal(features.Count, features.Count());
        Assert.True(features["highdma"]);
        Assert.True(features["tx-checksum-ip-generic"]);
        Assert.False(features["tx-checksum-ipv4"]);
        Assert.False(features["rx-all"]);
        Assert.False(features.ContainsKey("none"));
        Assert.False(features.TryGetValue("none", out _));
        Assert.Throws<KeyNotFoundException>(() => features["none"]);
    }
}
