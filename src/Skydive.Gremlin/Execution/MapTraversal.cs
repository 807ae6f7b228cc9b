using Skydive.Contracts.Metadata;

namespace Skydive.Gremlin.Execution;

/// <summary>Values by name.</summary>
/// <param name="entries">The names, each once, with their values.</param>
internal sealed class MapTraversal(IEnumerable<KeyValuePair<string, MetadataValue>> entries) : SequenceTraversal
{
    /// <inheritdoc/>
    public override GremlinKind Kind => GremlinKind.Map;

    /// <summary>The names with their values.</summary>
    public IEnumerable<KeyValuePair<string, MetadataValue>> Entries { get; } = entries;

    /// <inheritdoc/>
    public override bool Any() => Entries.Any();

    /// <inheritdoc/>
    public override long Count(QueryBudget budget) => Count(Entries, budget);

    /// <inheritdoc/>
    public override MapTraversal Slice(int skip, int take) => new(Slice(Entries, skip, take));
}
