namespace Skydive.Linux.Sockets;

/// <summary>Sets of states, to ask for sockets by. The bit of a state is its number.</summary>
[Flags]
public enum SocketStates : uint
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Connected.</summary>
    Established = 1 << SocketState.Established,

    /// <summary>Not connected: UDP servers among them.</summary>
    Close = 1 << SocketState.Close,

    /// <summary>TCP servers.</summary>
    Listen = 1 << SocketState.Listen,

    /// <summary>Those that are left of a connection, or not yet there, and belong to no process.</summary>
    WithoutProcess = (1 << SocketState.TimeWait) | (1 << SocketState.NewSynReceived),

    /// <summary>All states.</summary>
    All = (1 << (SocketState.NewSynReceived + 1)) - 2,

    /// <summary>Those of sockets that a process may have open.</summary>
    WithProcess = All & ~WithoutProcess,
}
