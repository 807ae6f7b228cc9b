using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Skydive.Client.Queries;
using Skydive.Contracts;
using Skydive.Contracts.Metadata;

namespace Skydive.Service.Commands;

/// <summary>Prints results as indented JSON.</summary>
internal sealed class JsonOutput(TextWriter text)
{
    private static readonly JsonWriterOptions s_options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Where text goes.</summary>
    public TextWriter Text { get; } = text;

    /// <summary>Prints one value.</summary>
    public void Write<T>(T value, JsonTypeInfo<T> type)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, s_options))
        {
            JsonSerializer.Serialize(writer, value, type);
        }

        Print(stream);
    }

    /// <summary>Prints the results of a query: a list, or the value alone when there is but one and it is no element.</summary>
    public async Task WriteItemsAsync(IAsyncEnumerable<QueryItem> items)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, s_options))
        {
            writer.WriteStartArray();
            await foreach (var item in items.ConfigureAwait(false))
            {
                Write(writer, item);
            }

            writer.WriteEndArray();
        }

        Print(stream);
    }

    private static void Write(Utf8JsonWriter writer, QueryItem item)
    {
        switch (item)
        {
            case { Node: { } node }:
                node.WriteTo(writer);
                break;
            case { Edge: { } edge }:
                edge.WriteTo(writer);
                break;
            case { Flow: { } flow }:
                JsonSerializer.Serialize(writer, flow, ContractsJsonContext.Default.Flow);
                break;
            case { Graph: { } graph }:
                JsonSerializer.Serialize(writer, graph, ContractsJsonContext.Default.SubGraph);
                break;
            case { Items: { } list }:
                writer.WriteStartArray();
                foreach (var inner in list)
                {
                    Write(writer, inner);
                }

                writer.WriteEndArray();
                break;
            default:
                MetadataJson.Write(writer, item.Value);
                break;
        }
    }

    private void Print(MemoryStream stream)
    {
        Text.WriteLine(System.Text.Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length));
    }
}
