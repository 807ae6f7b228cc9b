using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Graph.Events;
using Skydive.Graph.Indexing;

namespace Skydive.Analyzer.Topology;

/// <summary>
/// Joins interfaces that say what MAC address their other end has (<c>PeerIntfMAC</c>, such as the tap of a virtual machine) with the interface
/// that has it, on whatever host.
/// </summary>
internal sealed class PeeringProbe : GraphFollower
{
    private const string PeerKey = "PeerIntfMAC";

    private readonly MetadataLinker _linker = new(new(null, PeerKey), new(null, "MAC"), RelationTypes.Layer2);

    // As long as no interface names another, there is nothing to join and the addresses of all others need not be known.
    private bool _isNeeded;

    /// <summary>Makes a probe that does nothing yet.</summary>
    /// <param name="graph">The analyzer's graph.</param>
    public PeeringProbe(LiveGraph graph)
        : base(graph)
    {
    }

    /// <inheritdoc/>
    protected override bool HasChanges => _linker.HasChanges;

    /// <inheritdoc/>
    protected override void Reset(GraphSnapshot snapshot)
    {
        _isNeeded |= snapshot.CountNodeValues(PeerKey)!.Any();
        if (_isNeeded)
        {
            _linker.Reset(snapshot);
        }
    }

    /// <inheritdoc/>
    protected override void Apply(GraphCommit commit)
    {
        // Counters say nothing of addresses.
        if (!_isNeeded)
        {
            Reset(commit.Snapshot);
        }
        else if (!commit.IsTransient)
        {
            _linker.Apply(new(commit, commit.Snapshot, 0));
        }
    }

    /// <inheritdoc/>
    protected override void Write(GraphTransaction transaction) => _linker.Write(transaction);
}
