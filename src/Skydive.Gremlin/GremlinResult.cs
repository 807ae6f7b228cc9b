using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;
using Skydive.Gremlin.Execution;
using Skydive.Gremlin.Results;
using Skydive.Packets;
using Skydive.Packets.Pcap;

namespace Skydive.Gremlin;

/// <summary>
/// What a query yielded. Sequences are computed as they are read, over the one revision of the graph that the query saw, and again each time
/// they are read; reading can end with a <see cref="GremlinException"/> (<see cref="GremlinErrorReason.BudgetExceeded"/>). For one reader at a
/// time.
/// </summary>
public sealed class GremlinResult
{
    /// <summary>How much of a streamed result is held back before it is given to the receiver.</summary>
    private const int FlushThreshold = 32 * 1024;

    private readonly Traversal _traversal;
    private readonly QueryBudget _budget;

    internal GremlinResult(Traversal traversal, QueryBudget budget)
    {
        _traversal = traversal;
        _budget = budget;
    }

    /// <summary>What it is.</summary>
    public GremlinKind Kind => _traversal.Kind;

    /// <summary>The nodes, of a graph and of paths too.</summary>
    /// <exception cref="InvalidOperationException">The result is something else.</exception>
    public IEnumerable<Node> Nodes => Counted(_traversal switch
    {
        NodeTraversal nodes => nodes.Items,
        GraphTraversal graph => graph.View.GetNodes(),
        PathTraversal paths => paths.Nodes,
        _ => throw Not("nodes"),
    });

    /// <summary>The edges, of a graph too.</summary>
    /// <exception cref="InvalidOperationException">The result is something else.</exception>
    public IEnumerable<Edge> Edges => Counted(_traversal switch
    {
        EdgeTraversal edges => edges.Items,
        GraphTraversal graph => graph.View.GetEdges(),
        _ => throw Not("edges"),
    });

    /// <summary>The paths, each a list of nodes, and edges where the walk stopped at them, from start to target.</summary>
    /// <exception cref="InvalidOperationException">The result is something else.</exception>
    public IEnumerable<IReadOnlyList<GraphElement>> Paths => Counted(_traversal is PathTraversal paths ? paths.Items : throw Not("paths"));

    /// <summary>The flows.</summary>
    /// <exception cref="InvalidOperationException">The result is something else.</exception>
    public IEnumerable<Flow> Flows => Counted(_traversal is FlowTraversal flows ? flows.Items : throw Not("flows"));

    /// <summary>The conversations that flows are part of, each with the points where it was captured, in the order in which packets pass.</summary>
    /// <exception cref="InvalidOperationException">The result is of another kind.</exception>
    public IEnumerable<FlowPath> FlowPaths => Counted(_traversal is FlowTraversal flows ? new FlowPathFinder(flows.View, _budget).Find(flows.Items) : throw Not("flows"));

    /// <summary>The values.</summary>
    /// <exception cref="InvalidOperationException">The result is something else.</exception>
    public IEnumerable<MetadataValue> Values => Counted(_traversal is ValueTraversal values ? values.Items : throw Not("values"));

    /// <summary>Metric samples by the identifier of their node or flow, or sockets by that of theirs; both in their JSON form.</summary>
    /// <exception cref="InvalidOperationException">The result is something else.</exception>
    public IEnumerable<GremlinGroup<MetadataMap>> Records =>
        Counted(_traversal is GroupedTraversal<MetadataMap> records ? records.Groups : throw Not("metrics or sockets"));

    /// <summary>Packets by the UUID of their flow.</summary>
    /// <exception cref="InvalidOperationException">The result is something else.</exception>
    public IEnumerable<GremlinGroup<RawPacket>> Packets => Counted(_traversal is RawPacketTraversal packets ? packets.Groups : throw Not("packets"));

    /// <summary>Nodes, edges or flows by the value that they have in common.</summary>
    /// <exception cref="InvalidOperationException">The result is something else.</exception>
    public IEnumerable<GremlinGroup<IFieldSource>> Groups => Counted(_traversal is ElementGroupTraversal groups ? groups.Groups : throw Not("groups"));

    /// <summary>Values by name.</summary>
    /// <exception cref="InvalidOperationException">The result is something else.</exception>
    public IEnumerable<KeyValuePair<string, MetadataValue>> Entries => Counted(_traversal is MapTraversal map ? map.Entries : throw Not("values by name"));

    /// <summary>The single value, such as a count.</summary>
    /// <exception cref="InvalidOperationException">The result is something else.</exception>
    public MetadataValue Value => _traversal is ScalarTraversal scalar ? scalar.Value : throw Not("a single value");

    /// <summary>Writes the result as Skydive's JSON (reference 5.7).</summary>
    /// <param name="writer">Where to. It may hold back what was written; it is not flushed.</param>
    public void WriteTo(Utf8JsonWriter writer)
    {
        foreach (object? _ in JsonResult.Write(writer, _traversal, _budget))
        {
        }
    }

    /// <summary>Writes the result as Skydive's JSON, part by part as it is computed and as the receiver takes it.</summary>
    /// <param name="output">Where to; neither flushed at the end nor completed.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    /// <returns>False when the receiver went away before the end.</returns>
    public async Task<bool> WriteToAsync(PipeWriter output, CancellationToken cancellationToken)
    {
        // Not written to the output before it goes out: of a query that fails while its first elements are looked for, nothing is to stand before the error.
        var buffer = new ArrayBufferWriter<byte>(1024);
        using var writer = new Utf8JsonWriter(buffer, MetadataJson.WriterOptions);
        foreach (object? _ in JsonResult.Write(writer, _traversal, _budget))
        {
            if (buffer.WrittenCount + writer.BytesPending < FlushThreshold)
            {
                continue;
            }

            writer.Flush();
            output.Write(buffer.WrittenSpan);
            buffer.ResetWrittenCount();
            if (!await FlushAsync(output, cancellationToken).ConfigureAwait(false))
            {
                return false;
            }
        }

        writer.Flush();
        output.Write(buffer.WrittenSpan);
        return true;
    }

    /// <summary>Writes the result as Skydive's JSON, part by part as it is computed and as the receiver takes it.</summary>
    /// <param name="output">Where to; left open.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    public async Task WriteToAsync(Stream output, CancellationToken cancellationToken)
    {
        var pipe = PipeWriter.Create(output, new StreamPipeWriterOptions(leaveOpen: true));
        await WriteToAsync(pipe, cancellationToken).ConfigureAwait(false);
        await pipe.FlushAsync(cancellationToken).ConfigureAwait(false);
        await pipe.CompleteAsync().ConfigureAwait(false);
    }

    /// <summary>Writes a graph in the DOT language of Graphviz, as Skydive does.</summary>
    /// <param name="output">Where to; not completed.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    /// <returns>False when the receiver went away before the end.</returns>
    /// <exception cref="InvalidOperationException">The result is no graph.</exception>
    public async Task<bool> WriteDotAsync(PipeWriter output, CancellationToken cancellationToken)
    {
        if (_traversal is not GraphTraversal graph)
        {
            throw Not("a graph");
        }

        var buffer = new ArrayBufferWriter<byte>(1024);
        foreach (string line in DotResult.Write(graph.View, _budget))
        {
            Encoding.UTF8.GetBytes(line, buffer);
            if (buffer.WrittenCount < FlushThreshold)
            {
                continue;
            }

            output.Write(buffer.WrittenSpan);
            buffer.ResetWrittenCount();
            if (!await FlushAsync(output, cancellationToken).ConfigureAwait(false))
            {
                return false;
            }
        }

        output.Write(buffer.WrittenSpan);
        return true;
    }

    /// <summary>
    /// Writes packets as a pcap file, in the order of their time. Without any packet it is the file's header, for Ethernet.
    /// </summary>
    /// <param name="output">Where to; not completed.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    /// <returns>False when the receiver went away before the end.</returns>
    /// <exception cref="InvalidOperationException">The result is no packets.</exception>
    /// <exception cref="GremlinException">The packets are of several link types, of which such a file holds one.</exception>
    public async Task<bool> WritePcapAsync(PipeWriter output, CancellationToken cancellationToken)
    {
        var packets = Packets.SelectMany(static group => group.Items).OrderBy(static packet => packet.Timestamp).ThenBy(static packet => packet.Index).ToList();
        int linkType = packets.Count > 0 ? packets[0].LinkType : (int)LinkType.Ethernet;
        if (packets.Find(packet => packet.LinkType != linkType) is { } other)
        {
            throw new GremlinException(
                GremlinErrorReason.InvalidArgument,
                $"the packets are of several link types ({linkType} and {other.LinkType}), of which a pcap file holds one: choose by Has('LinkType', {linkType}) after RawPackets()");
        }

        using var buffer = new MemoryStream();
        using var writer = new PcapWriter(buffer, (LinkType)linkType, leaveOpen: true);
        foreach (var packet in packets)
        {
            _budget.Visit();
            writer.Write(packet.Timestamp * 1_000_000, packet.Data);
            if (buffer.Length >= FlushThreshold)
            {
                output.Write(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
                buffer.SetLength(0);
                if (!await FlushAsync(output, cancellationToken).ConfigureAwait(false))
                {
                    return false;
                }
            }
        }

        output.Write(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
        return true;
    }

    /// <summary>The result as JSON text; for small ones.</summary>
    public string ToJson()
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, MetadataJson.WriterOptions))
        {
            WriteTo(writer);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private async ValueTask<bool> FlushAsync(PipeWriter output, CancellationToken cancellationToken)
    {
        _budget.Pause();
        var flush = await output.FlushAsync(cancellationToken).ConfigureAwait(false);
        _budget.Resume();
        return !flush.IsCompleted && !flush.IsCanceled;
    }

    private IEnumerable<T> Counted<T>(IEnumerable<T> items)
    {
        foreach (var item in items)
        {
            _budget.Visit();
            yield return item;
        }
    }

    private InvalidOperationException Not(string what) => new($"the query yields {Kind}, not {what}");
}
