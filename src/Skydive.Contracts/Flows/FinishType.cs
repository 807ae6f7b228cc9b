namespace Skydive.Contracts.Flows;

/// <summary>How a flow ended. Numbers on the wire.</summary>
public enum FinishType
{
    /// <summary>It has not ended.</summary>
    NotFinished = 0,

    /// <summary>No packet came for so long that the table gave it up.</summary>
    Timeout = 1,

    /// <summary>Both sides of a TCP connection sent FIN.</summary>
    TcpFin = 2,

    /// <summary>A side of a TCP connection sent RST.</summary>
    TcpRst = 3,
}
