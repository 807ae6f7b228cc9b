namespace Skydive.Agent.Sockets;

/// <summary>How a change of a node's sockets is told.</summary>
internal enum SocketChange
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>To those who look at the present, not to history.</summary>
    Transient,

    /// <summary>As a revision.</summary>
    Revision,
}
