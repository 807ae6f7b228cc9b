using System.Buffers;
using System.Text.Json;
using Skydive.Contracts;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Storage;

namespace Skydive.Service.Commands;

/// <summary>
/// Writes a history database as JSON lines. Each is an object whose <c>_Type</c> says what it is: <c>node</c> and <c>edge</c> are revisions, with
/// <c>ArchivedAt</c> when they ended, <c>flow</c> is an update of a flow, <c>metric</c> has ElementID, Path and Values, <c>resource</c> has Kind, ID and
/// Resource. One line at a time is held in memory.
/// </summary>
internal static class StoreExport
{
    /// <summary>What can be exported, in the order in which it is.</summary>
    public static readonly string[] Kinds = ["revisions", "flows", "metrics", "resources"];

    private const int FlushBytes = 64 << 10;

    /// <summary>Writes.</summary>
    /// <param name="archive">The database.</param>
    /// <param name="slice">The time; resources are of no time.</param>
    /// <param name="kinds">What of it.</param>
    /// <param name="target">Where.</param>
    /// <param name="cancellationToken">Ends it after a line.</param>
    /// <exception cref="HistoryException">The database could not be read.</exception>
    public static void Write(HistoryArchive archive, TimeSlice slice, IReadOnlyCollection<string> kinds, Stream target, CancellationToken cancellationToken)
    {
        var buffer = new ArrayBufferWriter<byte>(FlushBytes * 2);
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true });
        if (kinds.Contains("revisions"))
        {
            foreach (var element in archive.ReadRevisions(slice))
            {
                WriteLine(element is Node ? "node" : "edge", () => WriteElement(writer, element));
            }
        }

        if (kinds.Contains("flows"))
        {
            foreach (var flow in archive.ReadFlows(slice))
            {
                WriteLine("flow", () => WriteMembers(writer, JsonSerializer.SerializeToElement(flow, ContractsJsonContext.Default.Flow)));
            }
        }

        if (kinds.Contains("metrics"))
        {
            foreach (var sample in archive.ReadMetrics(slice))
            {
                WriteLine("metric", () =>
                {
                    writer.WriteString("ElementID", sample.ElementId);
                    writer.WriteString("Path", sample.Path);
                    writer.WritePropertyName("Values");
                    writer.WriteRawValue(MetadataJson.ToJson(sample.Values));
                });
            }
        }

        if (kinds.Contains("resources"))
        {
            foreach (var (kind, resource) in archive.ReadResources())
            {
                WriteLine("resource", () =>
                {
                    writer.WriteString("Kind", kind);
                    writer.WriteString("ID", resource.Id);
                    writer.WritePropertyName("Resource");
                    WriteJson(writer, resource.Json);
                });
            }
        }

        Flush();

        void WriteLine(string type, Action writeMembers)
        {
            cancellationToken.ThrowIfCancellationRequested();
            writer.Reset();
            writer.WriteStartObject();
            writer.WriteString("_Type", type);
            writeMembers();
            writer.WriteEndObject();
            writer.Flush();
            buffer.Write("\n"u8);
            if (buffer.WrittenCount >= FlushBytes)
            {
                Flush();
            }
        }

        void Flush()
        {
            target.Write(buffer.WrittenSpan);
            buffer.ResetWrittenCount();
        }
    }

    private static void WriteElement(Utf8JsonWriter writer, GraphElement element)
    {
        if (element.ArchivedAt is { } archivedAt)
        {
            writer.WriteNumber("ArchivedAt", archivedAt);
        }

        WriteMembers(
            writer,
            element is Node node
                ? JsonSerializer.SerializeToElement(node, ContractsJsonContext.Default.Node)
                : JsonSerializer.SerializeToElement((Edge)element, ContractsJsonContext.Default.Edge));
    }

    // On one line, whatever it was when it was put; what is no JSON, in a database that is damaged, as a text.
    private static void WriteJson(Utf8JsonWriter writer, string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            document.WriteTo(writer);
        }
        catch (JsonException)
        {
            writer.WriteStringValue(json);
        }
    }

    private static void WriteMembers(Utf8JsonWriter writer, JsonElement element)
    {
        foreach (var member in element.EnumerateObject())
        {
            member.WriteTo(writer);
        }
    }
}
