namespace Skydive;

/// <summary>Which counters are meant.</summary>
public enum MetricKind
{
    /// <summary>Those of an interface, as the kernel counts.</summary>
    Interface,

    /// <summary>Those of a flow.</summary>
    Flow,

    /// <summary>Those that an sFlow agent sent.</summary>
    SFlow,

    /// <summary>Those of a port of Open vSwitch.</summary>
    Ovs,

    /// <summary>Those of a disk.</summary>
    BlockDevice,
}
