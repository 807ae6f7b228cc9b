using System.Buffers;
using System.Text;
using System.Text.Json;
using Skydive.Contracts.Metadata;

namespace Skydive.Analyzer.WebSockets;

/// <summary>
/// The binary form of WebSocket messages: Skydive's protobuf message of Namespace (1), Type (2), UUID (3), Status (4), Format (5, 0 for JSON)
/// and Obj (6), whose object travels as JSON inside.
/// </summary>
internal static class ProtobufEnvelope
{
    private const int VarInt = 0;
    private const int Fixed64 = 1;
    private const int Bytes = 2;
    private const int Fixed32 = 5;

    /// <summary>A message in its binary form.</summary>
    /// <param name="json">The message as JSON, as the service writes it.</param>
    public static ReadOnlyMemory<byte> Encode(ReadOnlySpan<byte> json)
    {
        var output = new ArrayBufferWriter<byte>(json.Length);
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            switch (name)
            {
                case "Namespace":
                    WriteText(output, 1, reader.GetString());
                    break;
                case "Type":
                    WriteText(output, 2, reader.GetString());
                    break;
                case "UUID":
                    WriteText(output, 3, reader.GetString());
                    break;
                case "Status":
                    WriteNumber(output, (4 << 3) | VarInt);
                    WriteNumber(output, reader.GetUInt64());
                    break;
                case "Obj":
                    int begin = (int)reader.TokenStartIndex;
                    reader.Skip();
                    WriteBytes(output, 6, json[begin..(int)reader.BytesConsumed]);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return output.WrittenMemory;
    }

    /// <summary>A message as JSON.</summary>
    /// <param name="message">The message in its binary form.</param>
    /// <param name="json">The message as JSON; its object is taken over as it is, and may be none.</param>
    /// <returns>False when it is no message, or its object is in a form that is not known.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> message, out ReadOnlyMemory<byte> json)
    {
        json = default;
        string? messageNamespace = null, type = null, uuid = null;
        ulong status = 0, format = 0;
        var payload = default(ReadOnlySpan<byte>);
        while (message.Length > 0)
        {
            if (!TryReadNumber(ref message, out ulong tag) || !TryReadField(ref message, (int)(tag & 7), out ulong number, out var bytes))
            {
                return false;
            }

            switch (tag)
            {
                case (1 << 3) | Bytes:
                    messageNamespace = Encoding.UTF8.GetString(bytes);
                    break;
                case (2 << 3) | Bytes:
                    type = Encoding.UTF8.GetString(bytes);
                    break;
                case (3 << 3) | Bytes:
                    uuid = Encoding.UTF8.GetString(bytes);
                    break;
                case (4 << 3) | VarInt:
                    status = number;
                    break;
                case (5 << 3) | VarInt:
                    format = number;
                    break;
                case (6 << 3) | Bytes:
                    payload = bytes;
                    break;
                default:
                    // A field of a later version.
                    break;
            }
        }

        if (format != 0)
        {
            return false;
        }

        var output = new ArrayBufferWriter<byte>(payload.Length + 128);
        using (var writer = new Utf8JsonWriter(output, MetadataJson.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteString("Namespace"u8, messageNamespace ?? string.Empty);
            writer.WriteString("Type"u8, type ?? string.Empty);
            writer.WriteString("UUID"u8, uuid ?? string.Empty);
            writer.WriteNumber("Status"u8, (long)Math.Min(status, int.MaxValue));
            writer.WritePropertyName("Obj"u8);
            writer.WriteRawValue(payload.Length == 0 ? "null"u8 : payload, skipInputValidation: true);
            writer.WriteEndObject();
        }

        json = output.WrittenMemory;
        return true;
    }

    private static bool TryReadField(scoped ref ReadOnlySpan<byte> message, int wireType, out ulong number, out ReadOnlySpan<byte> bytes)
    {
        number = 0;
        bytes = default;
        switch (wireType)
        {
            case VarInt:
                return TryReadNumber(ref message, out number);
            case Bytes:
                return TryReadNumber(ref message, out number) && number <= (ulong)message.Length && TryTake(ref message, (int)number, out bytes);
            case Fixed64:
                return TryTake(ref message, sizeof(ulong), out bytes);
            case Fixed32:
                return TryTake(ref message, sizeof(uint), out bytes);
            default:
                return false;
        }
    }

    private static bool TryTake(scoped ref ReadOnlySpan<byte> message, int count, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (message.Length < count)
        {
            return false;
        }

        bytes = message[..count];
        message = message[count..];
        return true;
    }

    private static bool TryReadNumber(scoped ref ReadOnlySpan<byte> message, out ulong number)
    {
        number = 0;
        for (int i = 0; i < message.Length && i < 10; i++)
        {
            number |= (ulong)(message[i] & 0x7f) << (7 * i);
            if ((message[i] & 0x80) == 0)
            {
                message = message[(i + 1)..];
                return true;
            }
        }

        return false;
    }

    private static void WriteText(ArrayBufferWriter<byte> output, int field, string? text)
    {
        if (!string.IsNullOrEmpty(text))
        {
            WriteBytes(output, field, Encoding.UTF8.GetBytes(text));
        }
    }

    private static void WriteBytes(ArrayBufferWriter<byte> output, int field, ReadOnlySpan<byte> bytes)
    {
        WriteNumber(output, (ulong)((field << 3) | Bytes));
        WriteNumber(output, (ulong)bytes.Length);
        output.Write(bytes);
    }

    private static void WriteNumber(ArrayBufferWriter<byte> output, ulong number)
    {
        Span<byte> digits = stackalloc byte[10];
        int count = 0;
        do
        {
            digits[count++] = (byte)((number & 0x7f) | (number > 0x7f ? 0x80u : 0));
            number >>= 7;
        }
        while (number > 0);
        output.Write(digits[..count]);
    }
}
