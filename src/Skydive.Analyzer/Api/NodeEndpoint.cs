using System.Text.Json;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;
using Skydive.Graph;

namespace Skydive.Analyzer.Api;

/// <summary><c>/api/node</c>.</summary>
internal sealed class NodeEndpoint(AnalyzerRuntime analyzer) : ElementEndpoint<Node>(analyzer, "Node")
{
    /// <inheritdoc/>
    protected override IReadOnlyList<string> FixedKeys { get; } = ["TID", "Name", "Type"];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Members => [];

    /// <inheritdoc/>
    protected override IEnumerable<Node> GetAll(GraphSnapshot snapshot) => snapshot.GetNodes();

    /// <inheritdoc/>
    protected override Node? Find(GraphSnapshot snapshot, string id) => snapshot.FindNode(id);

    /// <inheritdoc/>
    protected override Node? Find(GraphTransaction transaction, string id) => transaction.FindNode(id);

    /// <inheritdoc/>
    protected override Node Deserialize(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        return Node.Read(ref reader);
    }

    /// <inheritdoc/>
    protected override Node MakeNew(Node element, string origin, string host, long now)
    {
        long created = element.CreatedAt > 0 ? element.CreatedAt : now;
        return new() { Id = element.Id, Metadata = element.Metadata, Origin = origin, Host = host, CreatedAt = created, UpdatedAt = Math.Max(element.UpdatedAt, created), Revision = 1 };
    }

    /// <inheritdoc/>
    protected override Node Add(GraphTransaction transaction, Node element) => transaction.AddNode(element);

    /// <inheritdoc/>
    protected override Node SetMetadata(GraphTransaction transaction, Node element, MetadataMap metadata) => transaction.SetMetadata(element, metadata);

    /// <inheritdoc/>
    protected override void Delete(GraphTransaction transaction, string id) => transaction.DeleteNode(id);
}
