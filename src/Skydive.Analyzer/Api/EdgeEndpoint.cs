using System.Text.Json;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;
using Skydive.Graph;

namespace Skydive.Analyzer.Api;

/// <summary><c>/api/edge</c>.</summary>
internal sealed class EdgeEndpoint(AnalyzerRuntime analyzer) : ElementEndpoint<Edge>(analyzer, "Edge")
{
    /// <inheritdoc/>
    protected override IReadOnlyList<string> FixedKeys => [];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Members { get; } = ["Parent", "Child"];

    /// <inheritdoc/>
    protected override IEnumerable<Edge> GetAll(GraphSnapshot snapshot) => snapshot.GetEdges();

    /// <inheritdoc/>
    protected override Edge? Find(GraphSnapshot snapshot, string id) => snapshot.FindEdge(id);

    /// <inheritdoc/>
    protected override Edge? Find(GraphTransaction transaction, string id) => transaction.FindEdge(id);

    /// <inheritdoc/>
    protected override Edge Deserialize(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        return Edge.Read(ref reader);
    }

    /// <inheritdoc/>
    protected override Edge MakeNew(Edge element, string origin, string host, long now)
    {
        long created = element.CreatedAt > 0 ? element.CreatedAt : now;
        return new()
        {
            Id = element.Id,
            Parent = element.Parent,
            Child = element.Child,
            Metadata = element.Metadata,
            Origin = origin,
            Host = host,
            CreatedAt = created,
            UpdatedAt = Math.Max(element.UpdatedAt, created),
            Revision = 1,
        };
    }

    /// <inheritdoc/>
    protected override Edge Add(GraphTransaction transaction, Edge element) => transaction.AddEdge(element);

    /// <inheritdoc/>
    protected override Edge SetMetadata(GraphTransaction transaction, Edge element, MetadataMap metadata) => transaction.SetMetadata(element, metadata);

    /// <inheritdoc/>
    protected override void Delete(GraphTransaction transaction, string id) => transaction.DeleteEdge(id);
}
