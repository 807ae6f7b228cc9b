namespace Skydive;

/// <summary>What <c>Register-SkydiveEvent</c> tells of.</summary>
public enum SkydiveEventKind
{
    /// <summary>Changes of the topology.</summary>
    Topology,

    /// <summary>Flows that are new or counted something.</summary>
    Flow,

    /// <summary>The connection with the analyzer: made, broken, made again.</summary>
    Connection,
}
