using System.Buffers.Binary;
using Skydive.Linux.Netlink;

namespace Skydive.Tests;

/// <summary>Writes netlink messages as the kernel would, byte by byte, apart from the code under test.</summary>
internal static class MessageWriter
{
    /// <summary>A message padded to 4 bytes.</summary>
    internal static byte[] Message(ushort type, NetlinkFlags flags, uint sequence, uint portId, params byte[][] parts)
    {
        byte[] payload = Join(parts);
        int length = 16 + payload.Length;
        byte[] message = new byte[(length + 3) & ~3];
        BitConverter.TryWriteBytes(message, length);
        BitConverter.TryWriteBytes(message.AsSpan(4), type);
        BitConverter.TryWriteBytes(message.AsSpan(6), (ushort)flags);
        BitConverter.TryWriteBytes(message.AsSpan(8), sequence);
        BitConverter.TryWriteBytes(message.AsSpan(12), portId);
        payload.CopyTo(message, 16);
        return message;
    }

    /// <summary>An attribute padded to 4 bytes.</summary>
    internal static byte[] Attribute(int type, params byte[][] parts)
    {
        byte[] value = Join(parts);
        byte[] attribute = new byte[(4 + value.Length + 3) & ~3];
        BitConverter.TryWriteBytes(attribute, (ushort)(4 + value.Length));
        BitConverter.TryWriteBytes(attribute.AsSpan(2), (ushort)type);
        value.CopyTo(attribute, 4);
        return attribute;
    }

    internal static byte[] Text(string text) => [.. System.Text.Encoding.UTF8.GetBytes(text), 0];

    internal static byte[] Number(int value) => BitConverter.GetBytes(value);

    internal static byte[] Long(long value) => BitConverter.GetBytes(value);

    internal static byte[] Short(ushort value) => BitConverter.GetBytes(value);

    internal static byte[] BigEndian(ushort value)
    {
        byte[] bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
        return bytes;
    }

    /// <summary>The header of a link message.</summary>
    internal static byte[] LinkHeader(int index, byte family = 0, ushort hardwareType = 1, uint flags = 0x1003) =>
        [family, 0, .. BitConverter.GetBytes(hardwareType), .. BitConverter.GetBytes(index), .. BitConverter.GetBytes(flags), 0, 0, 0, 0];

    internal static byte[] Join(params byte[][] parts) => [.. parts.SelectMany(part => part)];
}
