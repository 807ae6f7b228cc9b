using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Skydive.Storage.Encoding;

/// <summary>Writes numbers in as few bytes as they need and text with its length. Not for use by several threads at once.</summary>
internal sealed class ByteWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new(1024);

    public int Length => _buffer.WrittenCount;

    /// <summary>What was written, until the next write.</summary>
    public ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

    public void Clear() => _buffer.ResetWrittenCount();

    public void WriteByte(byte value)
    {
        _buffer.GetSpan(1)[0] = value;
        _buffer.Advance(1);
    }

    /// <summary>Seven bits a byte, lowest first; the top bit says that more follows.</summary>
    public void WriteVarint(ulong value)
    {
        var span = _buffer.GetSpan(10);
        int length = 0;
        while (value >= 0x80)
        {
            span[length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        span[length++] = (byte)value;
        _buffer.Advance(length);
    }

    /// <summary>The sign in the lowest bit, so that small negative numbers are short too.</summary>
    public void WriteSigned(long value) => WriteVarint((ulong)((value << 1) ^ (value >> 63)));

    public void WriteDouble(double value)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(_buffer.GetSpan(sizeof(double)), value);
        _buffer.Advance(sizeof(double));
    }

    public void WriteBytes(ReadOnlySpan<byte> bytes) => _buffer.Write(bytes);

    public void WriteText(string text)
    {
        WriteVarint((ulong)System.Text.Encoding.UTF8.GetByteCount(text));
        WriteTextBytes(text);
    }

    public void WriteTextBytes(string text) => System.Text.Encoding.UTF8.GetBytes(text, _buffer);
}
