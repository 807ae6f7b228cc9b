namespace Skydive.Flows.Table;

/// <summary>What a packet means for its flow beyond being counted.</summary>
[Flags]
internal enum PacketSignals : ushort
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

    /// <summary>The packet's TCP header is of interest: its fields are filled in.</summary>
    TcpSegment = 64,

    /// <summary>The packet stands for fragments, put together or given up.</summary>
    Datagram = 128,

    /// <summary>The packet's bytes are to be kept.</summary>
    Packet = 256,

    /// <summary>The bytes of an extra layer are to be kept.</summary>
    ExtraLayer = 512,

    /// <summary>The flow's UUID is to be told.</summary>
    TellUuid = 1024,

    /// <summary>The packet stands for several, of which it was sampled.</summary>
    Sample = 2048,
}
