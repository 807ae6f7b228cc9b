using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;

namespace Skydive.Storage.Sqlite;

/// <summary>What revisions of an element have in common: a row of <c>base</c>. Never changed once written.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Host">The host.</param>
/// <param name="Origin">The origin.</param>
/// <param name="Parent">Where an edge starts; null for a node.</param>
/// <param name="Child">Where an edge ends; null for a node.</param>
/// <param name="Metadata">The metadata that changes are told against.</param>
/// <param name="SizeBytes">How many bytes the metadata take.</param>
internal sealed record RevisionBase(long Number, string Host, string Origin, string? Parent, string? Child, MetadataMap Metadata, int SizeBytes)
{
    /// <summary>Whether an element is the same in all but its metadata.</summary>
    public bool Fits(GraphElement element) =>
        string.Equals(Host, element.Host, StringComparison.Ordinal)
        && string.Equals(Origin, element.Origin, StringComparison.Ordinal)
        && string.Equals(Parent, (element as Edge)?.Parent, StringComparison.Ordinal)
        && string.Equals(Child, (element as Edge)?.Child, StringComparison.Ordinal);
}
