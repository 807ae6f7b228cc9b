using System.Buffers.Binary;
using Skydive.Packets.Lldp;
using Skydive.Packets.Pcap;
using Skydive.Tests;

namespace Skydive.Packets.Tests.Lldp;

public sealed class LldpDecoderTests
{
    [Fact]
    public void TryDecode_OnlyWhatMustBeThere_IsRead()
    {
        var unit = Decode(LldpUnitBuilder.Minimal());

        Assert.Equal((LldpChassisIdType.MacAddress, "02:00:00:00:00:01"), (unit.ChassisIdType, unit.ChassisId));
        Assert.Equal((LldpPortIdType.InterfaceName, "1"), (unit.PortIdType, unit.PortId));
        Assert.Equal(120, unit.TimeToLive);
        Assert.Null(unit.SystemName);
        Assert.Null(unit.LinkAggregation);
        Assert.Equal(0, unit.PassedOver);
    }

    [Fact]
    public void TryDecode_EveryElement_IsRead()
    {
        var unit = Decode(LldpUnitBuilder.Minimal()
            .Add(4, "Port 1\0")
            .Add(5, "core-1\0")
            .Add(6, "Router\r\nv1\0")
            .Add(7, [0x00, 0x14, 0x00, 0x10])
            .Add(8, [5, 1, 192, 0, 2, 7, 2, 0, 0, 0, 42, 0])
            .Add(8, [17, 2, 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 2, 0, 0, 0, 43, 0])
            .Add8021(1, 0x01, 0xe8)
            .Add8021(2, 0x06, 0x00, 0x65)
            .Add8021(2, 0x02, 0x00, 0x00)
            .Add8021(3, 0x00, 0x0a, 4, (byte)'b', (byte)'l', (byte)'u', (byte)'e')
            .Add8021(4, 0)
            .Add8021(5, 0xde, 0xad, 0xbe, 0xef)
            .Add8021(6, 0x00, 0x63)
            .Add8021(7, 0x03, 0, 0, 0, 9)
            .Add8023(1, 3, 0x6c, 0, 0, 16)
            .Add8023(2, 7, 1, 0)
            .Add8023(3, 1, 0, 0, 0, 0)
            .Add8023(4, 0x05, 0xf2)
            .Add(0, []));

        Assert.Equal(("Port 1", "core-1", "Router  v1"), (unit.PortDescription, unit.SystemName, unit.SystemDescription));
        Assert.Equal((LldpCapabilities.Bridge | LldpCapabilities.Router, LldpCapabilities.Router), (unit.Capabilities, unit.EnabledCapabilities));
        Assert.Equal([("192.0.2.7", 42u), ("2001:db8::9", 43u)], unit.ManagementAddresses.Select(static address => (address.Text, address.InterfaceNumber)));
        Assert.Equal((488, 0xdeadbeef, 99, 1522), (unit.PortVlan, unit.VlanUsageDigest, unit.ManagementVlan, unit.MaximumFrameSize));
        Assert.Equal([new(101, true, true), new(0, true, false)], unit.PortProtocolVlans);
        Assert.Equal([new(10, "blue")], unit.VlanNames);
        Assert.Equal(new(true, true, 9), unit.LinkAggregation);
        Assert.Equal(0, unit.PassedOver);
    }

    [Fact]
    public void TryDecode_LinkAggregationOfOldSwitches_CountsUnlessTheNewOneIsThere()
    {
        Assert.Equal(new(true, true, 7), Decode(LldpUnitBuilder.Minimal().Add8023(3, 3, 0, 0, 0, 7)).LinkAggregation);
        Assert.Equal(new(true, false, 0), Decode(LldpUnitBuilder.Minimal().Add8023(3, 3, 0, 0, 0, 7).Add8021(7, 1, 0, 0, 0, 0)).LinkAggregation);
    }

    [Theory]
    [InlineData(LldpChassisIdType.ChassisComponent, "726f7700", "row")]
    [InlineData(LldpChassisIdType.Local, "00746573740000", "test")]
    [InlineData(LldpChassisIdType.NetworkAddress, "01c0000207", "192.0.2.7")]
    [InlineData(LldpChassisIdType.NetworkAddress, "0220010db8000000000000000000000009", "2001:db8::9")]
    [InlineData(LldpChassisIdType.NetworkAddress, "01c00002", "01:c0:00:02")]
    [InlineData(LldpChassisIdType.MacAddress, "0200000000", "02:00:00:00:00")]
    [InlineData(LldpChassisIdType.InterfaceName, "65746830ff", "eth0\ufffd")]
    [InlineData(LldpChassisIdType.InterfaceName, "1b5b33316d", "[31m")]
    public void TryDecode_ChassisIdentifiers_AreText(LldpChassisIdType type, string bytes, string expected)
    {
        var builder = new LldpUnitBuilder().Add(1, [(byte)type, .. Convert.FromHexString(bytes)]).Add(2, [7, (byte)'x']).Add(3, [0, 1]);

        Assert.Equal(expected, Decode(builder).ChassisId);
    }

    [Fact]
    public void TryDecode_WhatMustBeThereIsNot_IsRefused()
    {
        var chassis = new LldpUnitBuilder().Add(1, [4, 2, 0, 0, 0, 0, 1]);
        Assert.False(LldpDecoder.TryDecode([], out _));
        Assert.False(LldpDecoder.TryDecode(chassis.Build(), out _));
        Assert.False(LldpDecoder.TryDecode(chassis.Add(3, [0, 1]).Add(2, [7, 1]).Build(), out _));
        Assert.False(LldpDecoder.TryDecode(new LldpUnitBuilder().Add(1, [4]).Add(2, [7, 1]).Add(3, [0, 1]).Build(), out _));
        Assert.False(LldpDecoder.TryDecode(new LldpUnitBuilder().Add(1, [0, 1]).Add(2, [7, 1]).Add(3, [0, 1]).Build(), out _));
        Assert.False(LldpDecoder.TryDecode(new LldpUnitBuilder().Add(1, [7, 1]).Add(2, [8, 1]).Add(3, [0, 1]).Build(), out _));
        Assert.False(LldpDecoder.TryDecode(new LldpUnitBuilder().Add(1, [7, 1]).Add(2, [7, 1]).Add(3, [1]).Build(), out _));
        Assert.False(LldpDecoder.TryDecode(LldpUnitBuilder.Minimal().Add(3, [0, 1]).Build(), out _));
        Assert.False(LldpDecoder.TryDecode(LldpUnitBuilder.Minimal().Add(1, [4, 2, 0, 0, 0, 0, 1]).Build(), out _));
    }

    [Fact]
    public void TryDecode_BrokenElements_ArePassedOverAndTheRestIsRead()
    {
        var unit = Decode(LldpUnitBuilder.Minimal()
            .Add(9, [1])
            .Add(127, [1, 2])
            .Add(127, [9, 9, 9, 1, 2])
            .Add(7, [0])
            .Add(8, [40, 1, 1])
            .Add(8, [1, 1])
            .Add8021(3, 0, 1, 200, 1)
            .Add8021(99)
            .Add8023(4, 1)
            .Add(5, "name")
            .AddRaw(0x0c, 200, 1));

        Assert.Equal("name", unit.SystemName);
        Assert.Equal(10, unit.PassedOver);
        Assert.Empty(unit.VlanNames);
        Assert.Empty(unit.ManagementAddresses);
    }

    [Fact]
    public void TryDecode_AfterTheEnd_NothingIsRead() =>
        Assert.Null(Decode(LldpUnitBuilder.Minimal().Add(0, []).Add(5, "padding")).SystemName);

    [Fact]
    public void TryDecode_JumboFrameOfVlans_ListsAreBounded()
    {
        var builder = LldpUnitBuilder.Minimal();
        for (int i = 0; i < 5_000; i++)
        {
            builder.Add8021(3, 0, 1, 0).Add8021(2, 0, 0, 0).Add(8, [2, 6, 1]);
        }

        var unit = Decode(builder);

        Assert.Equal((256, 256, 256), (unit.VlanNames.Count, unit.PortProtocolVlans.Count, unit.ManagementAddresses.Count));
    }

    [Fact]
    public void TryDecode_RecordedFrameOfASwitch_IsWhatTheSwitchIs()
    {
        byte[] frame = ReadTrace("lldp-detailed.pcap");
        Assert.Equal(LldpDecoder.EtherType, BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(12)));

        Assert.True(LldpDecoder.TryDecode(frame.AsSpan(14), out var unit));

        Assert.Equal(("00:01:30:f9:ad:a0", LldpChassisIdType.MacAddress), (unit.ChassisId, unit.ChassisIdType));
        Assert.Equal(("1/1", LldpPortIdType.InterfaceName), (unit.PortId, unit.PortIdType));
        Assert.Equal(("Summit300-48", "Summit300-48-Port 1001", 120), (unit.SystemName, unit.PortDescription, (int)unit.TimeToLive));
        Assert.Equal((1522, 488), (unit.MaximumFrameSize, unit.PortVlan));
        Assert.Equal([new(488, "v2-0488-03-0505")], unit.VlanNames);
        Assert.Equal([new(0, false, false)], unit.PortProtocolVlans);
        Assert.Equal(new(true, false, 0), unit.LinkAggregation);
        Assert.Equal("00:01:30:f9:ad:a0", Assert.Single(unit.ManagementAddresses).Text);
    }

    [Fact]
    public void TryDecode_MutatedUnits_NeverThrows() => Fuzz(200_000);

    [Fact(Explicit = true)]
    [Trait("Category", "Fuzz")]
    public void TryDecode_TenMillionMutatedUnits_NeverThrows() => Fuzz(10_000_000);

    private static LldpDataUnit Decode(LldpUnitBuilder builder)
    {
        Assert.True(LldpDecoder.TryDecode(builder.Build(), out var unit));
        return unit;
    }

    private static void Fuzz(int count)
    {
        var random = new Random(count);
        byte[] seed = LldpUnitBuilder.Minimal().Add(5, "core-1").Add(7, [0, 20, 0, 16]).Add(8, [5, 1, 192, 0, 2, 7, 2, 0, 0, 0, 42, 0])
            .Add8021(1, 1, 0xe8).Add8021(2, 6, 0, 101).Add8021(3, 0, 10, 4, 98, 108, 117, 101).Add8021(7, 3, 0, 0, 0, 9).Add8023(4, 5, 0xf2).Add(0, []).Build();
        int decoded = 0;
        for (int i = 0; i < count; i++)
        {
            byte[] bytes;
            if (i % 8 == 0)
            {
                bytes = new byte[random.Next(200)];
                random.NextBytes(bytes);
            }
            else
            {
                bytes = seed.AsSpan(0, random.Next(4) == 0 ? random.Next(seed.Length + 1) : seed.Length).ToArray();
                for (int change = random.Next(4); change > 0 && bytes.Length > 0; change--)
                {
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                }
            }

            decoded += LldpDecoder.TryDecode(bytes, out var unit) ? 1 : 0;
            if (unit is not null)
            {
                _ = unit.ManagementAddresses.Count(static address => address.IsIP);
            }
        }

        Assert.InRange(decoded, count / 4, count);
    }

    private static byte[] ReadTrace(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, "shared", "pcaps", name);
            if (File.Exists(path))
            {
                using var reader = PcapReader.Open(path);
                Assert.True(reader.TryReadNext(out _, out var data));
                return data.ToArray();
            }
        }

        Assert.Skip($"needs ../shared/pcaps/{name}");
        return [];
    }
}
