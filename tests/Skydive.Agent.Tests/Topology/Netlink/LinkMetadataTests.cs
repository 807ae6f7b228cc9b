using System.Net;
using Skydive.Agent.Tests.Support;
using Skydive.Agent.Topology.Netlink;
using Skydive.Contracts.Metadata;
using Skydive.Linux.Route;

namespace Skydive.Agent.Tests.Topology.Netlink;

public sealed class LinkMetadataTests
{
    private static readonly LinkMessage s_device = new()
    {
        Index = 2,
        Name = "eth0",
        HardwareType = HardwareType.Ethernet,
        Mtu = 1500,
        OperationalState = OperationalState.Up,
        Flags = LinkFlags.Up | LinkFlags.Broadcast | LinkFlags.Multicast,
        Address = new([2, 0, 0, 0, 0, 1]),
    };

    [Fact]
    public void Build_Device_HasAllThatIsKnown()
    {
        var metadata = Build(s_device, [], null, "virtio_net");

        Assert.Equal(
            MetadataMap.Create(
                ("Name", "eth0"),
                ("Type", "device"),
                ("EncapType", "ether"),
                ("IfIndex", 2),
                ("MTU", 1500),
                ("Driver", "virtio_net"),
                ("State", "UP"),
                ("LinkFlags", MetadataValue.List(["UP", "BROADCAST", "MULTICAST"])),
                ("MAC", "02:00:00:00:00:01")),
            metadata);
    }

    [Fact]
    public void Build_Loopback_HasNoDriver()
    {
        var metadata = Build(
            s_device with { Name = "lo", HardwareType = HardwareType.Loopback, Flags = LinkFlags.Up | LinkFlags.Loopback, OperationalState = OperationalState.Unknown, Address = default },
            [],
            null);

        Assert.Equal("device", metadata["Type"].AsString);
        Assert.Equal(string.Empty, metadata["Driver"].AsString);
        Assert.Equal("loopback", metadata["EncapType"].AsString);
        Assert.Equal("UNKNOWN", metadata["State"].AsString);
        Assert.Equal(MetadataValue.List(["UP", "LOOPBACK"]), metadata["LinkFlags"]);
        Assert.False(metadata.ContainsKey("MAC"));
    }

    [Theory]
    [InlineData("veth")]
    [InlineData("bridge")]
    [InlineData("tun")]
    [InlineData("vlan")]
    [InlineData("vxlan")]
    [InlineData("bond")]
    [InlineData("gre")]
    [InlineData("gretap")]
    [InlineData("ip6gre")]
    [InlineData("geneve")]
    [InlineData("dummy")]
    [InlineData("macvlan")]
    [InlineData("macvtap")]
    [InlineData("ipvlan")]
    [InlineData("ifb")]
    [InlineData("ipip")]
    [InlineData("sit")]
    [InlineData("ip6tnl")]
    [InlineData("openvswitch")]
    public void Build_Kind_IsTypeAndDriver(string kind)
    {
        var metadata = Build(s_device with { Kind = kind }, [], null);

        Assert.Equal(kind, metadata["Type"].AsString);
        Assert.Equal(kind, metadata["Driver"].AsString);
    }

    [Theory]
    [InlineData(HardwareType.Ethernet, "ether")]
    [InlineData(HardwareType.Loopback, "loopback")]
    [InlineData(HardwareType.None, "none")]
    [InlineData(HardwareType.RawIp, "rawip")]
    [InlineData(HardwareType.Gre, "gre")]
    [InlineData(HardwareType.Gre6, "gre6")]
    [InlineData(HardwareType.Sit, "sit")]
    [InlineData(HardwareType.Tunnel, "ipip")]
    [InlineData(HardwareType.Tunnel6, "tunnel6")]
    [InlineData(HardwareType.Ppp, "ppp")]
    [InlineData(HardwareType.InfiniBand, "infiniband")]
    [InlineData(HardwareType.Can, "can")]
    [InlineData((HardwareType)9999, "9999")]
    public void Build_HardwareType_IsEncapType(HardwareType type, string expected) =>
        Assert.Equal(expected, Build(s_device with { HardwareType = type }, [], null)["EncapType"].AsString);

    [Theory]
    [InlineData(OperationalState.Up, "UP")]
    [InlineData(OperationalState.Down, "DOWN")]
    [InlineData(OperationalState.LowerLayerDown, "LOWER-LAYER-DOWN")]
    [InlineData(OperationalState.NotPresent, "NOT-PRESENT")]
    [InlineData(OperationalState.Testing, "TESTING")]
    [InlineData(OperationalState.Dormant, "DORMANT")]
    [InlineData(OperationalState.Unknown, "UNKNOWN")]
    public void Build_State_IsSkydives(OperationalState state, string expected) =>
        Assert.Equal(expected, Build(s_device with { OperationalState = state }, [], null)["State"].AsString);

    [Fact]
    public void Build_Flags_AreSkydivesThenOurs() => Assert.Equal(
        MetadataValue.List(["BROADCAST", "LOOPBACK", "POINTTOPOINT", "MULTICAST", "PROMISC", "LOWER_UP"]),
        Build(
            s_device with { Flags = LinkFlags.Broadcast | LinkFlags.Loopback | LinkFlags.PointToPoint | LinkFlags.Multicast | LinkFlags.LowerUp | LinkFlags.Promiscuous }, [], null)["LinkFlags"]);

    [Fact]
    public void Build_VethInTheSameNamespace_NamesItsPeerByIndexAlone()
    {
        var metadata = Build(s_device with { Kind = "veth", LinkIndex = 7 }, [], "ignored");

        Assert.Equal(7, metadata["ParentIndex"]);
        Assert.Equal(7, metadata["PeerIfIndex"]);
        Assert.False(metadata.ContainsKey("LinkNetNsID"));
        Assert.False(metadata.ContainsKey("LinkNetNsName"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("ns1")]
    public void Build_VethAcrossNamespaces_NamesThePlaceOfItsPeerOnceItIsKnown(string? place)
    {
        var metadata = Build(s_device with { Kind = "veth", LinkIndex = 7, LinkNamespaceId = 0 }, [], place);

        Assert.Equal(0, metadata["LinkNetNsID"]);
        Assert.Equal(place, metadata["LinkNetNsName"].AsString);
        Assert.Equal(place is not null, metadata.ContainsKey("LinkNetNsName"));
    }

    [Fact]
    public void Build_VlanOnABridgePort_HasMasterParentAndVlan()
    {
        var metadata = Build(s_device with { Kind = "vlan", LinkIndex = 4, MasterIndex = 9, Details = new VlanDetails { Id = 0 }, Alias = "uplink" }, [], null);

        Assert.Equal(9, metadata["MasterIndex"]);
        Assert.Equal(4, metadata["ParentIndex"]);
        Assert.Equal(0, metadata["Vlan"]);
        Assert.Equal("uplink", metadata["Alias"].AsString);
        Assert.False(metadata.ContainsKey("PeerIfIndex"));
    }

    [Fact]
    public void Build_Addresses_StandInTheKernelsOrderByFamily()
    {
        AddressMessage[] addresses =
        [
            new() { Family = 2, Index = 2, Address = IPAddress.Parse("10.0.0.2"), PrefixLength = 24 },
            new() { Family = 10, Index = 2, Address = IPAddress.Parse("fe80::1"), PrefixLength = 64 },
            new() { Family = 2, Index = 2, Address = IPAddress.Parse("10.0.0.1"), PrefixLength = 8 },
        ];

        var metadata = Build(s_device, addresses, null);

        Assert.Equal(MetadataValue.List(["10.0.0.2/24", "10.0.0.1/8"]), metadata["IPV4"]);
        Assert.Equal(MetadataValue.List(["fe80::1/64"]), metadata["IPV6"]);
    }

    private static MetadataMap Build(LinkMessage message, IReadOnlyList<AddressMessage> addresses, string? place, string? driver = null)
    {
        var link = new LinkState(FakeNamespaceKernel.MakeState("owner"), message)
        {
            LinkPlace = place is null ? null : FakeNamespaceKernel.MakeState(place),
            Facts = driver is null ? null : new() { Driver = driver },
        };
        link.Addresses.AddRange(addresses);
        return LinkMetadata.Build(link, null);
    }
}
