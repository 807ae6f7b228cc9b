namespace Skydive.Flows.Table;

/// <summary>The state bits of a flow in the table.</summary>
[Flags]
internal enum FlowState : uint
{
    None = 0,

    /// <summary>A is the second end in key order. Lowest, like the swapped bit of <see cref="KeyOrder"/>, so that XOR gives the direction.</summary>
    Reversed = 1,

    /// <summary>The entry holds a flow.</summary>
    Live = 2,

    /// <summary>There were packets since the last update.</summary>
    Touched = 4,

    /// <summary>There was an update: the flow has a last window.</summary>
    HasWindow = 8,

    /// <summary>A sent FIN.</summary>
    FinFromA = 16,

    /// <summary>B sent FIN.</summary>
    FinFromB = 32,

    /// <summary>A round trip is being measured.</summary>
    RttPending = 64,

    /// <summary>The measured round trip started at B.</summary>
    RttFromB = 128,

    /// <summary>There is an Ethernet header.</summary>
    HasLink = 256,

    /// <summary>The flow timed out, see FinishType.</summary>
    FinishedByTimeout = 512,

    /// <summary>Both sides sent FIN, see FinishType.</summary>
    FinishedByFin = 1024,

    /// <summary>A side sent RST, see FinishType.</summary>
    FinishedByRst = 2048,

    /// <summary>All the bits that say that the flow has ended.</summary>
    Finished = FinishedByTimeout | FinishedByFin | FinishedByRst,
}
