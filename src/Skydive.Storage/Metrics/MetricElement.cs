using Skydive.Storage.Encoding;

namespace Skydive.Storage.Metrics;

/// <summary>
/// The identifier of an element as bytes: 0 and the 16 bytes of a UUID in its usual form, as nearly all are, or the varint of the length of
/// the text and one more, and the text.
/// </summary>
/// <param name="Uuid">The UUID.</param>
/// <param name="Text">The identifier when it is no UUID; null when it is.</param>
internal readonly record struct MetricElement(Guid Uuid, string? Text)
{
    private const int UuidBytes = 16;
    private const int UuidCharacters = 36;

    /// <summary>The identifier as text.</summary>
    public string Id => Text ?? Uuid.ToString("D");

    /// <summary>What an identifier is as bytes.</summary>
    /// <param name="id">The identifier.</param>
    public static MetricElement Of(string id)
    {
        Span<char> usual = stackalloc char[UuidCharacters];
        return id.Length == UuidCharacters && Guid.TryParseExact(id, "D", out var uuid) && uuid.TryFormat(usual, out _) && usual.SequenceEqual(id)
            ? new(uuid, null)
            : new(default, id);
    }

    /// <summary>Reads one.</summary>
    /// <param name="reader">Where.</param>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public static MetricElement Read(ref ByteReader reader)
    {
        ulong length = reader.ReadVarint();
        return length == 0
            ? new(new Guid(reader.ReadBytes(UuidBytes), bigEndian: true), null)
            : length - 1 <= (ulong)reader.Remaining
                ? new(default, System.Text.Encoding.UTF8.GetString(reader.ReadBytes((int)length - 1)))
                : throw new InvalidDataException($"an identifier of {length - 1} bytes is announced, and {reader.Remaining} are left");
    }

    /// <summary>Writes it.</summary>
    /// <param name="writer">Where.</param>
    public void Write(ByteWriter writer)
    {
        if (Text is { } text)
        {
            writer.WriteVarint((ulong)System.Text.Encoding.UTF8.GetByteCount(text) + 1);
            writer.WriteTextBytes(text);
            return;
        }

        writer.WriteVarint(0);
        Span<byte> bytes = stackalloc byte[UuidBytes];
        Uuid.TryWriteBytes(bytes, bigEndian: true, out _);
        writer.WriteBytes(bytes);
    }
}
