namespace Skydive.Graph.Events;

/// <summary>What a subscription gives: either one commit, or the order to start again from a snapshot.</summary>
/// <param name="Commit">The commit that follows what was given before; null for a resynchronisation.</param>
/// <param name="Snapshot">The graph after the commit, or the one to start again from.</param>
/// <param name="Lost">How many commits lie between what was given before and a resynchronisation; 0 with a commit.</param>
public readonly record struct GraphChange(GraphCommit? Commit, GraphSnapshot Snapshot, long Lost)
{
    /// <summary>Whether everything known so far is to be replaced by <see cref="Snapshot"/>.</summary>
    public bool IsResynchronization => Commit is null;
}
