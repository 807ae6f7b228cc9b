using Skydive.Contracts.Metadata;
using Skydive.Linux.Sockets;

namespace Skydive.Agent.Sockets;

/// <summary>Sockets as metadata, with Skydive's keys.</summary>
internal static class SocketMetadata
{
    /// <summary>The key of a node's sockets.</summary>
    public const string Key = "Sockets";

    /// <summary>One socket. Of one whose process is not known there is no Process, Pid and Name.</summary>
    public static MetadataValue Build(in SocketEntry socket)
    {
        var metadata = new MetadataBuilder()
            .Set("Protocol", socket.Protocol == SocketProtocol.Tcp ? "TCP" : "UDP")
            .Set("LocalAddress", socket.Local.ToAddress().ToString())
            .Set("LocalPort", socket.Local.Port)
            .Set("RemoteAddress", socket.Remote.ToAddress().ToString())
            .Set("RemotePort", socket.Remote.Port)
            .Set("State", NameOf(socket.State));
        if (socket.ProcessId != 0)
        {
            metadata.Set("Process", socket.Process).Set("Pid", socket.ProcessId).Set("Name", socket.Name);
        }

        return metadata.Build();
    }

    /// <summary>The kernel's name of a state.</summary>
    public static string NameOf(SocketState state) => state switch
    {
        SocketState.Established => "ESTABLISHED",
        SocketState.SynSent => "SYN_SENT",
        SocketState.SynReceived or SocketState.NewSynReceived => "SYN_RECV",
        SocketState.FinWait1 => "FIN_WAIT1",
        SocketState.FinWait2 => "FIN_WAIT2",
        SocketState.TimeWait => "TIME_WAIT",
        SocketState.Close => "CLOSE",
        SocketState.CloseWait => "CLOSE_WAIT",
        SocketState.LastAcknowledgement => "LAST_ACK",
        SocketState.Listen => "LISTEN",
        SocketState.Closing => "CLOSING",
        _ => "UNKNOWN",
    };
}
