namespace Skydive.Flows.Table;

/// <summary>How a packet's source and destination relate to the order of its <see cref="FlowKey"/>. The lowest bit says whether they were swapped.</summary>
internal enum KeyOrder : byte
{
    /// <summary>The source stands first.</summary>
    AsSent = 0,

    /// <summary>The destination stands first.</summary>
    Swapped = 1,

    /// <summary>The source stands first, and only the ports say so: a host that talks to itself.</summary>
    AsSentByPort = 2,

    /// <summary>The destination stands first, and only the ports say so: a host that talks to itself.</summary>
    SwappedByPort = 3,
}
