using System.Net;
using Skydive.Linux.Netlink;
using Skydive.Linux.Route;
using Skydive.Linux.Tests.Netlink;

namespace Skydive.Linux.Tests.Route;

public sealed class OtherDecoderTests
{
    [Fact]
    public void Decode_RecordedPeerAddress_KnowsBothEnds()
    {
        AddressMessage address = DecodeAddress(RecordedMessages.Bytes(RecordedMessages.PeerAddress));

        Assert.Equal(2, address.Family);
        Assert.Equal(1, address.Index);
        Assert.Equal(IPAddress.Parse("192.0.2.1"), address.Address);
        Assert.Equal(IPAddress.Parse("192.0.2.2"), address.Peer);
        Assert.Equal(32, address.PrefixLength);
        Assert.Equal(0, address.Scope);
        Assert.Equal(AddressFlags.Permanent, address.Flags);
        Assert.Equal("lo", address.Label);
        Assert.Equal("192.0.2.1/32", address.ToString());
    }

    [Fact]
    public void Decode_RecordedIpv6Address_ReadsIt()
    {
        AddressMessage address = DecodeAddress(RecordedMessages.Bytes(RecordedMessages.Ipv6Address));

        Assert.Equal(10, address.Family);
        Assert.Equal("fd00::1/64", address.ToString());
        Assert.Null(address.Peer);
        Assert.Null(address.Label);
        Assert.Equal(AddressFlags.Permanent | AddressFlags.Tentative, address.Flags);
    }

    [Fact]
    public void Decode_AddressWithFlagsAttribute_PrefersIt()
    {
        AddressMessage address = DecodeAddress(MessageWriter.Join(
            [2, 24, 0x80, 253, 3, 0, 0, 0],
            MessageWriter.Attribute(2, [10, 0, 0, 1]),
            MessageWriter.Attribute(4, [10, 0, 0, 255]),
            MessageWriter.Attribute(8, MessageWriter.Number(0x280))));

        Assert.Equal(AddressFlags.Permanent | AddressFlags.NoPrefixRoute, address.Flags);
        Assert.Equal(253, address.Scope);
        Assert.Equal(IPAddress.Parse("10.0.0.255"), address.Broadcast);
    }

    [Fact]
    public void Decode_AddressOfOddLength_IsPassedOver()
    {
        byte[] payload = MessageWriter.Join([2, 24, 0, 0, 3, 0, 0, 0], MessageWriter.Attribute(2, [10, 0, 1]));

        Assert.Equal(NetlinkFault.None, AddressDecoder.Instance.Decode(new NetlinkMessage(20, 0, 0, 0, payload), out AddressMessage? address));
        Assert.Null(address);
    }

    [Fact]
    public void Decode_RecordedTableRoute_ReadsIt()
    {
        RouteMessage route = DecodeRoute(RecordedMessages.Bytes(RecordedMessages.TableRoute));

        Assert.Equal("10.11.0.0/16", route.Prefix);
        Assert.Equal(1000u, route.Table);
        Assert.Equal(3, route.Protocol);
        Assert.Equal(RouteType.Unicast, route.Type);
        Assert.Equal(IPAddress.Parse("10.9.0.9"), route.Gateway);
        Assert.Equal(IPAddress.Parse("10.9.0.1"), route.PreferredSource);
        Assert.Equal(77u, route.Priority);
        Assert.Equal(2, route.OutputIndex);
        Assert.Empty(route.NextHops);
    }

    [Fact]
    public void Decode_RecordedMultipathRoute_ReadsItsHops()
    {
        RouteMessage route = DecodeRoute(RecordedMessages.Bytes(RecordedMessages.MultipathRoute));

        Assert.Null(route.Gateway);
        Assert.Equal(0, route.OutputIndex);
        Assert.Equal(
            [
                new RouteNextHop { Index = 2, Gateway = IPAddress.Parse("10.9.0.7"), Weight = 3 },
                new RouteNextHop { Index = 2, Gateway = IPAddress.Parse("10.9.0.8"), Weight = 1 },
            ],
            route.NextHops.Select(hop => hop with { Flags = 0 }));
    }

    [Fact]
    public void Decode_DefaultRouteViaOtherFamily_ReadsGateway()
    {
        RouteMessage route = DecodeRoute(MessageWriter.Join(
            [2, 0, 0, 0, 254, 16, 0, 1, 0, 0, 0, 0],
            MessageWriter.Attribute(18, [10, 0, .. IPAddress.Parse("fe80::1").GetAddressBytes()]),
            MessageWriter.Attribute(4, MessageWriter.Number(3)),
            MessageWriter.Attribute(30, MessageWriter.Number(12))));

        Assert.Equal("0.0.0.0/0", route.Prefix);
        Assert.Null(route.Destination);
        Assert.Equal(IPAddress.Parse("fe80::1"), route.Gateway);
        Assert.Equal(254u, route.Table);
        Assert.Equal(12u, route.NextHopId);
    }

    [Fact]
    public void Decode_DefaultRouteOfIpv6_HasItsPrefix() =>
        Assert.Equal("::/0", DecodeRoute([10, 0, 0, 0, 254, 9, 0, 1, 0, 0, 0, 0]).Prefix);

    [Theory]
    [InlineData(new byte[] { 4, 0, 0, 0, 2, 0, 0, 0 }, NetlinkFault.LengthTooSmall)]
    [InlineData(new byte[] { 9, 0, 0, 0, 2, 0, 0, 0 }, NetlinkFault.LengthBeyondEnd)]
    [InlineData(new byte[] { 8, 0, 0, 0 }, NetlinkFault.TruncatedHeader)]
    [InlineData(new byte[] { 12, 0, 0, 0, 2, 0, 0, 0, 2, 0, 1, 0 }, NetlinkFault.LengthTooSmall)]
    public void Decode_BadNextHops_IsAFault(byte[] hops, NetlinkFault expected)
    {
        byte[] payload = MessageWriter.Join(new byte[12], MessageWriter.Attribute(9, hops));

        Assert.Equal(expected, RouteDecoder.Instance.Decode(new NetlinkMessage(24, 0, 0, 0, payload), out RouteMessage? route));
        Assert.Null(route);
    }

    [Fact]
    public void Decode_RecordedArpEntry_ReadsIt()
    {
        NeighbourMessage neighbour = DecodeNeighbour(RecordedMessages.Bytes(RecordedMessages.ArpEntry));

        Assert.Equal(2, neighbour.Family);
        Assert.Equal(2, neighbour.Index);
        Assert.Equal(NeighbourStates.Permanent, neighbour.State);
        Assert.Equal(NeighbourFlags.None, neighbour.Flags);
        Assert.Equal(RouteType.Unicast, neighbour.Type);
        Assert.Equal(IPAddress.Parse("10.9.0.5"), neighbour.Destination);
        Assert.Equal("02:00:00:00:00:05", neighbour.Address.ToString());
        Assert.Null(neighbour.VlanId);
    }

    [Fact]
    public void Decode_RecordedBridgeEntry_ReadsItsMaster()
    {
        NeighbourMessage neighbour = DecodeNeighbour(RecordedMessages.Bytes(RecordedMessages.BridgeEntry));

        Assert.Equal(7, neighbour.Family);
        Assert.Equal(3, neighbour.Index);
        Assert.Equal(2, neighbour.MasterIndex);
        Assert.Null(neighbour.Destination);
        Assert.Equal(NeighbourStates.NoArp, neighbour.State);
    }

    [Fact]
    public void Decode_RecordedVxlanEntry_ReadsTheTunnelEnd()
    {
        NeighbourMessage neighbour = DecodeNeighbour(RecordedMessages.Bytes(RecordedMessages.VxlanEntry));

        Assert.Equal(IPAddress.Parse("10.9.0.44"), neighbour.Destination);
        Assert.Equal(77u, neighbour.Vni);
        Assert.Equal(4790, neighbour.Port);
        Assert.Equal(NeighbourFlags.Self, neighbour.Flags);
        Assert.Equal(NeighbourStates.Permanent | NeighbourStates.NoArp, neighbour.State);
        Assert.Equal(0, neighbour.MasterIndex);
    }

    [Fact]
    public void Decode_NeighbourWithVlanAndExtendedFlags_ReadsThem()
    {
        NeighbourMessage neighbour = DecodeNeighbour(MessageWriter.Join(
            [7, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0x20, 0],
            MessageWriter.Attribute(5, MessageWriter.Short(42)),
            MessageWriter.Attribute(8, MessageWriter.Number(6)),
            MessageWriter.Attribute(15, MessageWriter.Number(1))));

        Assert.Equal(42, neighbour.VlanId);
        Assert.Equal(6, neighbour.ViaIndex);
        Assert.Equal(NeighbourFlags.Offloaded | NeighbourFlags.Managed, neighbour.Flags);
    }

    [Fact]
    public void Decode_NamespaceId_ReadsItOrNone()
    {
        Assert.Equal(NetlinkFault.None, NamespaceIdDecoder.Instance.Decode(
            new NetlinkMessage(88, 0, 0, 0, MessageWriter.Join(new byte[4], MessageWriter.Attribute(1, MessageWriter.Number(5)))), out NamespaceIdMessage? id));
        Assert.Equal(5, id!.Id);
        Assert.Equal(NetlinkFault.None, NamespaceIdDecoder.Instance.Decode(
            new NetlinkMessage(88, 0, 0, 0, MessageWriter.Join(new byte[4], MessageWriter.Attribute(1, MessageWriter.Number(-1)))), out id));
        Assert.Null(id!.Id);
    }

    [Fact]
    public void HardwareAddress_Lengths_CompareAndPrint()
    {
        byte[] infiniBand = [.. Enumerable.Range(1, 20).Select(number => (byte)number)];
        var address = new HardwareAddress(infiniBand);

        Assert.Equal(20, address.Length);
        Assert.Equal("01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f:10:11:12:13:14", address.ToString());
        Assert.Equal(address, new HardwareAddress(infiniBand));
        Assert.Equal(address.GetHashCode(), new HardwareAddress(infiniBand).GetHashCode());
        Assert.NotEqual(new HardwareAddress([1, 2, 3, 4]), new HardwareAddress([1, 2, 3, 4, 0]));
        Assert.Equal(string.Empty, default(HardwareAddress).ToString());
        Assert.True(new HardwareAddress(new byte[6]).IsZero);
        Assert.True(new HardwareAddress(new byte[16]).IsZero);
        Assert.False(address.IsZero);
        byte[] copy = new byte[6];
        new HardwareAddress([1, 2, 3, 4, 5, 6]).CopyTo(copy);
        Assert.Equal([1, 2, 3, 4, 5, 6], copy);
        Assert.Throws<ArgumentOutOfRangeException>(() => new HardwareAddress(new byte[33]));
    }

    private static AddressMessage DecodeAddress(byte[] payload)
    {
        Assert.Equal(NetlinkFault.None, AddressDecoder.Instance.Decode(new NetlinkMessage(20, 0, 0, 0, payload), out AddressMessage? address));
        return address!;
    }

    private static RouteMessage DecodeRoute(byte[] payload)
    {
        Assert.Equal(NetlinkFault.None, RouteDecoder.Instance.Decode(new NetlinkMessage(24, 0, 0, 0, payload), out RouteMessage? route));
        return route!;
    }

    private static NeighbourMessage DecodeNeighbour(byte[] payload)
    {
        Assert.Equal(NetlinkFault.None, NeighbourDecoder.Instance.Decode(new NetlinkMessage(28, 0, 0, 0, payload), out NeighbourMessage? neighbour));
        return neighbour!;
    }
}
