namespace Skydive.Packets;

/// <summary>ICMPv6 message types, RFC 4443, 4861, 2710 and 3810.</summary>
public static class IcmpV6Type
{
    /// <summary>Destination unreachable.</summary>
    public const byte DestinationUnreachable = 1;

    /// <summary>Packet too big.</summary>
    public const byte PacketTooBig = 2;

    /// <summary>Time exceeded.</summary>
    public const byte TimeExceeded = 3;

    /// <summary>Parameter problem.</summary>
    public const byte ParameterProblem = 4;

    /// <summary>Echo request.</summary>
    public const byte EchoRequest = 128;

    /// <summary>Echo reply.</summary>
    public const byte EchoReply = 129;

    /// <summary>Multicast listener query.</summary>
    public const byte ListenerQuery = 130;

    /// <summary>Multicast listener report, version 1.</summary>
    public const byte ListenerReport = 131;

    /// <summary>Multicast listener done.</summary>
    public const byte ListenerDone = 132;

    /// <summary>Router solicitation.</summary>
    public const byte RouterSolicitation = 133;

    /// <summary>Router advertisement.</summary>
    public const byte RouterAdvertisement = 134;

    /// <summary>Neighbor solicitation.</summary>
    public const byte NeighborSolicitation = 135;

    /// <summary>Neighbor advertisement.</summary>
    public const byte NeighborAdvertisement = 136;

    /// <summary>Redirect.</summary>
    public const byte Redirect = 137;

    /// <summary>Multicast listener report, version 2.</summary>
    public const byte ListenerReportV2 = 143;
}
