namespace Skydive.Packets;

/// <summary>ICMP message types, RFC 792 and the IANA registry.</summary>
public static class IcmpV4Type
{
    /// <summary>Echo reply.</summary>
    public const byte EchoReply = 0;

    /// <summary>Destination unreachable.</summary>
    public const byte DestinationUnreachable = 3;

    /// <summary>Source quench.</summary>
    public const byte SourceQuench = 4;

    /// <summary>Redirect.</summary>
    public const byte Redirect = 5;

    /// <summary>Echo request.</summary>
    public const byte EchoRequest = 8;

    /// <summary>Router advertisement, RFC 1256.</summary>
    public const byte RouterAdvertisement = 9;

    /// <summary>Router solicitation, RFC 1256.</summary>
    public const byte RouterSolicitation = 10;

    /// <summary>Time exceeded.</summary>
    public const byte TimeExceeded = 11;

    /// <summary>Parameter problem.</summary>
    public const byte ParameterProblem = 12;

    /// <summary>Timestamp request.</summary>
    public const byte TimestampRequest = 13;

    /// <summary>Timestamp reply.</summary>
    public const byte TimestampReply = 14;

    /// <summary>Information request.</summary>
    public const byte InformationRequest = 15;

    /// <summary>Information reply.</summary>
    public const byte InformationReply = 16;

    /// <summary>Address mask request, RFC 950.</summary>
    public const byte AddressMaskRequest = 17;

    /// <summary>Address mask reply, RFC 950.</summary>
    public const byte AddressMaskReply = 18;
}
