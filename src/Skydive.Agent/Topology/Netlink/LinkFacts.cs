using Skydive.Contracts.Metadata;

namespace Skydive.Agent.Topology.Netlink;

/// <summary>What the driver of an interface says of it. Immutable.</summary>
internal sealed record LinkFacts
{
    /// <summary>The driver; empty when there is none to ask.</summary>
    public string Driver { get; init; } = string.Empty;

    /// <summary>Where the device is, as the driver says; null when there is no driver to ask.</summary>
    public string? BusInfo { get; init; }

    /// <summary>The speed in bits a second; null when unknown.</summary>
    public long? BitsPerSecond { get; init; }

    /// <summary><c>full</c> or <c>half</c>; null when unknown.</summary>
    public string? Duplex { get; init; }

    /// <summary>Name to whether it is on; null when unknown.</summary>
    public MetadataMap? Features { get; init; }

    /// <summary>Address of the device whose virtual function this is, on its bus; null when it is none.</summary>
    public string? PhysicalFunction { get; init; }

    /// <summary>Its number among the virtual functions of that device.</summary>
    public int VirtualFunctionId { get; init; }
}
