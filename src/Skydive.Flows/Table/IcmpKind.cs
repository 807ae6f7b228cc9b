using Skydive.Packets;

namespace Skydive.Flows.Table;

/// <summary>
/// What an ICMP message is about, the same for request and reply and for both versions of IP. The numbers are part of flow identities; the
/// names, in <see cref="NameOf"/>, are what a flow's ICMP.Type says.
/// </summary>
internal static class IcmpKind
{
    public const byte Unknown = 0;
    public const byte DestinationUnreachable = 1;
    public const byte Echo = 2;
    public const byte Neighbor = 3;
    public const byte AddressMask = 4;
    public const byte Information = 5;
    public const byte ParameterProblem = 6;
    public const byte Redirect = 7;
    public const byte Router = 8;
    public const byte SourceQuench = 9;
    public const byte TimeExceeded = 10;
    public const byte Timestamp = 11;
    public const byte PacketTooBig = 12;

    private static readonly string[] s_names =
    [
        "UNKNOWN", "DESTINATION_UNREACHABLE", "ECHO", "NEIGHBOR", "ADDRESS_MASK", "INFO", "PARAMETER_PROBLEM", "REDIRECT", "ROUTER",
        "SOURCE_QUENCH", "TIME_EXCEEDED", "TIMESTAMP", "PACKET_TOO_BIG",
    ];

    public static string NameOf(byte kind) => kind < s_names.Length ? s_names[kind] : s_names[Unknown];

    public static byte OfV4(byte type) => type switch
    {
        IcmpV4Type.EchoReply or IcmpV4Type.EchoRequest => Echo,
        IcmpV4Type.DestinationUnreachable => DestinationUnreachable,
        IcmpV4Type.SourceQuench => SourceQuench,
        IcmpV4Type.Redirect => Redirect,
        IcmpV4Type.RouterAdvertisement or IcmpV4Type.RouterSolicitation => Router,
        IcmpV4Type.TimeExceeded => TimeExceeded,
        IcmpV4Type.ParameterProblem => ParameterProblem,
        IcmpV4Type.TimestampRequest or IcmpV4Type.TimestampReply => Timestamp,
        IcmpV4Type.InformationRequest or IcmpV4Type.InformationReply => Information,
        IcmpV4Type.AddressMaskRequest or IcmpV4Type.AddressMaskReply => AddressMask,
        _ => Unknown,
    };

    public static byte OfV6(byte type) => type switch
    {
        IcmpV6Type.EchoRequest or IcmpV6Type.EchoReply => Echo,
        IcmpV6Type.DestinationUnreachable => DestinationUnreachable,
        IcmpV6Type.PacketTooBig => PacketTooBig,
        IcmpV6Type.TimeExceeded => TimeExceeded,
        IcmpV6Type.ParameterProblem => ParameterProblem,
        IcmpV6Type.RouterSolicitation or IcmpV6Type.RouterAdvertisement => Router,
        IcmpV6Type.NeighborSolicitation or IcmpV6Type.NeighborAdvertisement => Neighbor,
        IcmpV6Type.Redirect => Redirect,
        _ => Unknown,
    };
}
