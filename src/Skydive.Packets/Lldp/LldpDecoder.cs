using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Skydive.Packets.Lldp;

/// <summary>Reads LLDP data units. Stateless, throws for no bytes; allocates only what it returns.</summary>
/// <remarks>
/// A unit is only valid when it begins with chassis, port and time to live, each once (IEEE 802.1AB-2016, 9.2.7.7). What is wrong with another
/// element costs that element, and nothing else.
/// </remarks>
public static class LldpDecoder
{
    /// <summary>The EtherType of LLDP.</summary>
    public const ushort EtherType = 0x88cc;

    // More than a frame of 1,500 bytes could sensibly tell; a jumbo frame of empty VLAN names must not become a list of thousands.
    private const int MaximumEntries = 256;

    private const byte ChassisId = 1;
    private const byte PortId = 2;
    private const byte TimeToLive = 3;
    private const byte PortDescription = 4;
    private const byte SystemName = 5;
    private const byte SystemDescription = 6;
    private const byte SystemCapabilities = 7;
    private const byte ManagementAddress = 8;
    private const byte Organisation = 127;

    private const uint Oui8021 = 0x0080c2;
    private const uint Oui8023 = 0x00120f;

    /// <summary>Reads a data unit.</summary>
    /// <param name="data">The frame after its EtherType; padding may follow the unit.</param>
    /// <param name="unit">What it says.</param>
    /// <returns>False when it is none.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> data, [NotNullWhen(true)] out LldpDataUnit? unit)
    {
        unit = null;
        var reader = new LldpTlvReader(data);
        if (!TryReadNext(ref reader, ChassisId, 2, out var chassis) || !TryReadNext(ref reader, PortId, 2, out var port)
            || !TryReadNext(ref reader, TimeToLive, 2, out var timeToLive)
            || !Enum.IsDefined((LldpChassisIdType)chassis[0]) || !Enum.IsDefined((LldpPortIdType)port[0]))
        {
            return false;
        }

        var details = default(Details);
        while (reader.MoveNext())
        {
            var element = reader.Current;
            if (element.Type is ChassisId or PortId or TimeToLive)
            {
                return false;
            }

            if (!TryRead(element, ref details))
            {
                details.PassedOver++;
            }
        }

        unit = new()
        {
            ChassisIdType = (LldpChassisIdType)chassis[0],
            ChassisId = ReadIdentifier(chassis[1..], chassis[0] == (byte)LldpChassisIdType.MacAddress, chassis[0] == (byte)LldpChassisIdType.NetworkAddress),
            PortIdType = (LldpPortIdType)port[0],
            PortId = ReadIdentifier(port[1..], port[0] == (byte)LldpPortIdType.MacAddress, port[0] == (byte)LldpPortIdType.NetworkAddress),
            TimeToLive = BinaryPrimitives.ReadUInt16BigEndian(timeToLive),
            PortDescription = details.PortDescription,
            SystemName = details.SystemName,
            SystemDescription = details.SystemDescription,
            Capabilities = details.Capabilities,
            EnabledCapabilities = details.EnabledCapabilities,
            ManagementAddresses = details.ManagementAddresses ?? [],
            PortVlan = details.PortVlan,
            PortProtocolVlans = details.PortProtocolVlans ?? [],
            VlanNames = details.VlanNames ?? [],
            VlanUsageDigest = details.VlanUsageDigest,
            ManagementVlan = details.ManagementVlan,
            LinkAggregation = details.LinkAggregation,
            MaximumFrameSize = details.MaximumFrameSize,
            PassedOver = details.PassedOver + (reader.IsTruncated ? 1 : 0),
        };
        return true;
    }

    private static bool TryReadNext(ref LldpTlvReader reader, byte type, int minimumLength, out ReadOnlySpan<byte> value)
    {
        bool isThere = reader.MoveNext() && reader.Current.Type == type && reader.Current.Value.Length >= minimumLength;
        value = isThere ? reader.Current.Value : default;
        return isThere;
    }

    private static string ReadIdentifier(ReadOnlySpan<byte> bytes, bool isMac, bool isNetworkAddress) =>
        isMac ? LldpText.FromMac(bytes) : isNetworkAddress ? LldpText.FromNetworkAddress(bytes) : LldpText.FromBytes(bytes);

    private static bool TryRead(LldpTlv element, ref Details details)
    {
        var value = element.Value;
        switch (element.Type)
        {
            case PortDescription:
                details.PortDescription = ReadText(value);
                return true;
            case SystemName:
                details.SystemName = ReadText(value);
                return true;
            case SystemDescription:
                details.SystemDescription = ReadText(value);
                return true;
            case SystemCapabilities when value.Length >= 4:
                details.Capabilities = (LldpCapabilities)BinaryPrimitives.ReadUInt16BigEndian(value);
                details.EnabledCapabilities = (LldpCapabilities)BinaryPrimitives.ReadUInt16BigEndian(value[2..]);
                return true;
            case ManagementAddress:
                return TryReadManagementAddress(value, ref details);
            case Organisation when value.Length >= 4:
                return (BinaryPrimitives.ReadUInt32BigEndian(value) >> 8) switch
                {
                    Oui8021 => TryRead8021(value[3], value[4..], ref details),
                    Oui8023 => TryRead8023(value[3], value[4..], ref details),
                    _ => false,
                };
            default:
                return false;
        }
    }

    private static string? ReadText(ReadOnlySpan<byte> value) => LldpText.FromBytes(value) is { Length: > 0 } text ? text : null;

    // Length of the address with its family, family, address, how the interface is numbered, its number, and an object identifier.
    private static bool TryReadManagementAddress(ReadOnlySpan<byte> value, ref Details details)
    {
        const int MinimumLength = 2;
        const int MaximumLength = 32;
        const int InterfaceLength = 5;
        if (value.IsEmpty || value[0] is < MinimumLength or > MaximumLength || value.Length < 1 + value[0]
            || details.ManagementAddresses is { Count: >= MaximumEntries })
        {
            return false;
        }

        int length = value[0];
        var rest = value[(1 + length)..];
        uint number = rest.Length >= InterfaceLength ? BinaryPrimitives.ReadUInt32BigEndian(rest[1..]) : 0;
        (details.ManagementAddresses ??= []).Add(new(value[1], value.Slice(2, length - 1).ToArray(), number));
        return true;
    }

    private static bool TryRead8021(byte subtype, ReadOnlySpan<byte> value, ref Details details)
    {
        switch (subtype)
        {
            case 1 when value.Length >= 2: // port VLAN identifier
                details.PortVlan = BinaryPrimitives.ReadUInt16BigEndian(value);
                return true;
            case 2 when value.Length >= 3 && details.PortProtocolVlans is not { Count: >= MaximumEntries }: // port and protocol VLAN identifier
                (details.PortProtocolVlans ??= []).Add(new(BinaryPrimitives.ReadUInt16BigEndian(value[1..]), (value[0] & 0x02) != 0, (value[0] & 0x04) != 0));
                return true;
            case 3 when value.Length >= 3 && value.Length >= 3 + value[2] && details.VlanNames is not { Count: >= MaximumEntries }: // VLAN name
                (details.VlanNames ??= []).Add(new(BinaryPrimitives.ReadUInt16BigEndian(value), LldpText.FromBytes(value.Slice(3, value[2]))));
                return true;
            case 4: // protocol identity, which nothing here shows
                return true;
            case 5 when value.Length >= 4: // VID usage digest
                details.VlanUsageDigest = BinaryPrimitives.ReadUInt32BigEndian(value);
                return true;
            case 6 when value.Length >= 2: // management VID
                details.ManagementVlan = BinaryPrimitives.ReadUInt16BigEndian(value);
                return true;
            case 7 when value.Length >= 5: // link aggregation
                details.LinkAggregation = ReadLinkAggregation(value);
                return true;
            default:
                return false;
        }
    }

    private static bool TryRead8023(byte subtype, ReadOnlySpan<byte> value, ref Details details)
    {
        switch (subtype)
        {
            case 1 or 2: // autonegotiation and power, which nothing here shows
                return true;
            case 3 when value.Length >= 5: // link aggregation, until it moved to 802.1
                details.LinkAggregation ??= ReadLinkAggregation(value);
                return true;
            case 4 when value.Length >= 2: // maximum frame size
                details.MaximumFrameSize = BinaryPrimitives.ReadUInt16BigEndian(value);
                return true;
            default:
                return false;
        }
    }

    private static LldpLinkAggregation ReadLinkAggregation(ReadOnlySpan<byte> value) =>
        new((value[0] & 0x01) != 0, (value[0] & 0x02) != 0, BinaryPrimitives.ReadUInt32BigEndian(value[1..]));

    /// <summary>The optional elements as they are read.</summary>
    private struct Details
    {
        public string? PortDescription;
        public string? SystemName;
        public string? SystemDescription;
        public LldpCapabilities Capabilities;
        public LldpCapabilities EnabledCapabilities;
        public List<LldpManagementAddress>? ManagementAddresses;
        public ushort PortVlan;
        public List<LldpPortProtocolVlan>? PortProtocolVlans;
        public List<LldpVlanName>? VlanNames;
        public uint VlanUsageDigest;
        public ushort ManagementVlan;
        public LldpLinkAggregation? LinkAggregation;
        public ushort MaximumFrameSize;
        public int PassedOver;
    }
}
