namespace Skydive.Flows.Table.Fragments;

/// <summary>What became of a fragment.</summary>
internal enum FragmentOutcome
{
    /// <summary>It waits for the others of its datagram, or was given up together with them.</summary>
    Held,

    /// <summary>The datagram is complete.</summary>
    Complete,
}
