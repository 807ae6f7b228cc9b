using System.IO.Compression;
using System.Text.Json;
using Skydive.Contracts;
using Skydive.Contracts.Flows;

namespace Skydive.Storage.Encoding;

/// <summary>A batch of flows as bytes, for one blob of the database.</summary>
internal static class FlowBlocks
{
    /// <summary>The bytes of some flows.</summary>
    /// <param name="flows">The flows.</param>
    public static byte[] Encode(IReadOnlyList<Flow> flows)
    {
        using var memory = new MemoryStream();
        using (var brotli = new BrotliStream(memory, CompressionLevel.Fastest))
        {
            JsonSerializer.Serialize(brotli, flows, ContractsJsonContext.Default.IReadOnlyListFlow);
        }

        return memory.ToArray();
    }

    /// <summary>The flows of bytes that <see cref="Encode"/> made, in their order.</summary>
    /// <param name="data">The bytes.</param>
    /// <exception cref="InvalidDataException">They are something else.</exception>
    public static IReadOnlyList<Flow> Decode(byte[] data)
    {
        try
        {
            using var brotli = new BrotliStream(new MemoryStream(data), CompressionMode.Decompress);
            return JsonSerializer.Deserialize(brotli, ContractsJsonContext.Default.IReadOnlyListFlow) ?? [];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException(e.Message, e);
        }
    }
}
