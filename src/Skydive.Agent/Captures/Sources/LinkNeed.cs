namespace Skydive.Agent.Captures.Sources;

/// <summary>What a capture source needs of the node's interface.</summary>
internal enum LinkNeed
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>That it is there. While it is down nothing comes, which is shown as a problem.</summary>
    Present,

    /// <summary>That it is up when the source is opened.</summary>
    Up,

    /// <summary>That it has an address, at which the source listens. Another one, when that goes.</summary>
    Address,
}
