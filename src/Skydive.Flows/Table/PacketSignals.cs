namespace Skydive.Flows.Table;

/// <summary>What a packet means for its flow beyond being counted.</summary>
[Flags]
internal enum PacketSignals : byte
{
    None = 0,

    /// <summary>TCP SYN without ACK.</summary>
    Syn = 1,

    /// <summary>TCP SYN with ACK.</summary>
    SynAck = 2,

    /// <summary>TCP FIN.</summary>
    Fin = 4,

    /// <summary>TCP RST.</summary>
    Rst = 8,

    /// <summary>ICMP echo request.</summary>
    EchoRequest = 16,

    /// <summary>ICMP echo reply.</summary>
    EchoReply = 32,
}
