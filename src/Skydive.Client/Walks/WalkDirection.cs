namespace Skydive.Client.Walks;

/// <summary>Which way edges are followed.</summary>
public enum WalkDirection
{
    /// <summary>Either way.</summary>
    Both,

    /// <summary>From parent to child: from a bridge to its ports, from a namespace to what is in it.</summary>
    Out,

    /// <summary>From child to parent.</summary>
    In,
}
