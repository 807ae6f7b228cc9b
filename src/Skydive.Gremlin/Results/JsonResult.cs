using System.Text.Json;
using Skydive.Contracts;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;
using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Results;

/// <summary>Results as Skydive's JSON (reference 5.7).</summary>
internal static class JsonResult
{
    /// <summary>Writes a result and pauses after each element, so that the caller can pass on what was written.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="traversal">The result.</param>
    /// <param name="budget">What it may use up.</param>
    /// <returns>Nothings, one after each element.</returns>
    public static IEnumerable<object?> Write(Utf8JsonWriter writer, Traversal traversal, QueryBudget budget) => traversal switch
    {
        NodeTraversal nodes => WriteArray(writer, nodes.Items, budget, WriteElement),
        EdgeTraversal edges => WriteArray(writer, edges.Items, budget, WriteElement),
        FlowTraversal flows => WriteArray(writer, flows.Items, budget, WriteFlow),
        PathTraversal paths => WriteArray(writer, paths.Items, budget, WritePath),
        ValueTraversal values => WriteArray(writer, values.Items, budget, MetadataJson.Write, nullWhenEmpty: true),
        GraphTraversal graph => WriteGraph(writer, graph, budget),
        MetricTraversal metrics => WriteGroups(writer, metrics.Groups, budget, WriteMap),
        SocketTraversal sockets => WriteGroups(writer, sockets.Groups, budget, WriteMap),
        RawPacketTraversal packets => WriteGroups(writer, packets.Groups, budget, WritePacket),
        ElementGroupTraversal groups => WriteGroups(writer, groups.Groups, budget, WriteAny),
        MapTraversal map => WriteMap(writer, map, budget),
        ScalarTraversal scalar => WriteScalar(writer, scalar.Value),
        _ => throw new InvalidOperationException($"no JSON for {traversal.Kind}"),
    };

    private static void WriteElement(Utf8JsonWriter writer, GraphElement element) => element.WriteTo(writer);

    private static void WriteFlow(Utf8JsonWriter writer, Flow flow) => JsonSerializer.Serialize(writer, flow, ContractsJsonContext.Default.Flow);

    private static void WritePath(Utf8JsonWriter writer, IReadOnlyList<GraphElement> path)
    {
        writer.WriteStartArray();
        foreach (var element in path)
        {
            element.WriteTo(writer);
        }

        writer.WriteEndArray();
    }

    private static void WriteMap(Utf8JsonWriter writer, MetadataMap map) => MetadataJson.Write(writer, map);

    private static void WriteAny(Utf8JsonWriter writer, IFieldSource element)
    {
        if (element is Flow flow)
        {
            WriteFlow(writer, flow);
        }
        else
        {
            ((GraphElement)element).WriteTo(writer);
        }
    }

    private static void WritePacket(Utf8JsonWriter writer, RawPacket packet) =>
        JsonSerializer.Serialize(writer, packet, ContractsJsonContext.Default.RawPacket);

    /// <remarks>As groups: one object in a list, or an empty list.</remarks>
    private static IEnumerable<object?> WriteMap(Utf8JsonWriter writer, MapTraversal map, QueryBudget budget)
    {
        bool isEmpty = true;
        writer.WriteStartArray();
        foreach (var (name, value) in map.Entries)
        {
            if (isEmpty)
            {
                isEmpty = false;
                writer.WriteStartObject();
            }

            budget.Visit();
            writer.WritePropertyName(name);
            MetadataJson.Write(writer, value);
            yield return null;
        }

        if (!isEmpty)
        {
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        yield return null;
    }

    /// <remarks>One object with a member for each group, in a list; without any group the list is empty.</remarks>
    private static IEnumerable<object?> WriteGroups<T>(
        Utf8JsonWriter writer, IEnumerable<GremlinGroup<T>> groups, QueryBudget budget, Action<Utf8JsonWriter, T> write)
    {
        bool isEmpty = true;
        writer.WriteStartArray();
        foreach (var group in groups)
        {
            if (isEmpty)
            {
                isEmpty = false;
                writer.WriteStartObject();
            }

            writer.WritePropertyName(group.Key);
            foreach (object? pause in WriteArray(writer, group.Items, budget, write))
            {
                yield return pause;
            }
        }

        if (!isEmpty)
        {
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        yield return null;
    }

    private static IEnumerable<object?> WriteScalar(Utf8JsonWriter writer, MetadataValue value)
    {
        MetadataJson.Write(writer, value);
        yield return null;
    }

    private static IEnumerable<object?> WriteGraph(Utf8JsonWriter writer, GraphTraversal graph, QueryBudget budget)
    {
        writer.WriteStartArray();
        writer.WriteStartObject();
        writer.WritePropertyName("Nodes"u8);
        foreach (object? pause in WriteArray(writer, graph.View.GetNodes(), budget, WriteElement, nullWhenEmpty: true))
        {
            yield return pause;
        }

        writer.WritePropertyName("Edges"u8);
        foreach (object? pause in WriteArray(writer, graph.View.GetEdges(), budget, WriteElement, nullWhenEmpty: true))
        {
            yield return pause;
        }

        writer.WriteEndObject();
        writer.WriteEndArray();
        yield return null;
    }

    /// <remarks>Skydive writes null for some sequences when they are empty (values, and the parts of a graph) and [] for others.</remarks>
    private static IEnumerable<object?> WriteArray<T>(
        Utf8JsonWriter writer, IEnumerable<T> items, QueryBudget budget, Action<Utf8JsonWriter, T> write, bool nullWhenEmpty = false)
    {
        bool isEmpty = true;
        foreach (var item in items)
        {
            if (isEmpty)
            {
                isEmpty = false;
                writer.WriteStartArray();
            }

            budget.Visit();
            write(writer, item);
            yield return null;
        }

        if (isEmpty && nullWhenEmpty)
        {
            writer.WriteNullValue();
            yield break;
        }

        if (isEmpty)
        {
            writer.WriteStartArray();
        }

        writer.WriteEndArray();
    }
}
