namespace Skydive.Contracts.Topology;

/// <summary>The values of an edge's RelationType that the service itself makes.</summary>
public static class RelationTypes
{
    /// <summary>Containment; a node has one owner at most.</summary>
    public const string Ownership = "ownership";

    /// <summary>A link on which frames travel.</summary>
    public const string Layer2 = "layer2";

    /// <summary>From the interface of a device to that of one of its virtual functions (SR-IOV).</summary>
    public const string VirtualFunction = "vf";
}
