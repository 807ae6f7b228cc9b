using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Skydive.Linux.Netlink;

/// <summary>
/// Writes one netlink request into a buffer that it owns and reuses: start, append, hand to <see cref="NetlinkClient"/>. Lengths and
/// padding are kept right at every step.
/// </summary>
/// <remarks>Not thread-safe. A request longer than 1 MiB, or an attribute longer than 65,535 bytes, is a bug and throws.</remarks>
public sealed class NetlinkMessageBuilder
{
    private const int MaximumSize = 1 << 20;

    private byte[] _buffer = new byte[256];
    private int _length;

    /// <summary>The message type.</summary>
    public ushort Type => MemoryMarshal.Read<ushort>(_buffer.AsSpan(4));

    /// <summary>The flags.</summary>
    public NetlinkFlags Flags => (NetlinkFlags)MemoryMarshal.Read<ushort>(_buffer.AsSpan(6));

    /// <summary>The request as it stands.</summary>
    public ReadOnlySpan<byte> Message => _buffer.AsSpan(0, _length);

    /// <summary>Begins a new request; what was written before is forgotten.</summary>
    /// <param name="type">The message type.</param>
    /// <param name="flags">The flags; <see cref="NetlinkFlags.Request"/> is added.</param>
    /// <returns>This builder.</returns>
    public NetlinkMessageBuilder Start(ushort type, NetlinkFlags flags)
    {
        _length = 0;
        Span<byte> header = Extend(NetlinkMessage.HeaderSize);
        ushort allFlags = (ushort)(flags | NetlinkFlags.Request);
        MemoryMarshal.Write(header[4..], in type);
        MemoryMarshal.Write(header[6..], in allFlags);
        return Seal();
    }

    /// <summary>Appends the fixed structure that follows the header in this message type, padded to 4 bytes.</summary>
    /// <typeparam name="T">A structure laid out as the kernel's.</typeparam>
    /// <param name="structure">The structure.</param>
    /// <returns>This builder.</returns>
    public NetlinkMessageBuilder Append<T>(in T structure)
        where T : unmanaged
    {
        int size = Unsafe.SizeOf<T>();
        MemoryMarshal.Write(Extend((size + 3) & ~3), in structure);
        return Seal();
    }

    /// <summary>Appends a fixed structure that is zero but for its first byte, as the family is in most dump requests.</summary>
    /// <param name="first">The first byte.</param>
    /// <param name="size">The size of the structure in bytes.</param>
    /// <returns>This builder.</returns>
    public NetlinkMessageBuilder Append(byte first, int size)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        Extend((size + 3) & ~3)[0] = first;
        return Seal();
    }

    /// <summary>Appends bytes, padded to 4.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>This builder.</returns>
    public NetlinkMessageBuilder Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Extend((bytes.Length + 3) & ~3));
        return Seal();
    }

    /// <summary>Appends an attribute.</summary>
    /// <param name="type">The attribute type, with flags if wanted.</param>
    /// <param name="value">The value.</param>
    /// <returns>This builder.</returns>
    public NetlinkMessageBuilder Attribute(int type, ReadOnlySpan<byte> value)
    {
        int length = NetlinkAttributeReader.HeaderSize + value.Length;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, ushort.MaxValue, nameof(value));
        Span<byte> attribute = Extend((length + 3) & ~3);
        ushort shortLength = (ushort)length;
        ushort shortType = (ushort)type;
        MemoryMarshal.Write(attribute, in shortLength);
        MemoryMarshal.Write(attribute[2..], in shortType);
        value.CopyTo(attribute[NetlinkAttributeReader.HeaderSize..]);
        return Seal();
    }

    /// <summary>Appends an attribute holding a number or structure in host order.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="type">The attribute type.</param>
    /// <param name="value">The value.</param>
    /// <returns>This builder.</returns>
    public NetlinkMessageBuilder Attribute<T>(int type, T value)
        where T : unmanaged => Attribute(type, MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));

    /// <summary>Appends an attribute holding text with its closing zero.</summary>
    /// <param name="type">The attribute type.</param>
    /// <param name="text">The text.</param>
    /// <returns>This builder.</returns>
    public NetlinkMessageBuilder Attribute(int type, string text)
    {
        byte[] bytes = new byte[Encoding.UTF8.GetByteCount(text) + 1];
        Encoding.UTF8.GetBytes(text, bytes);
        return Attribute(type, bytes);
    }

    /// <summary>Opens an attribute whose value is the attributes appended until <see cref="EndNested"/>.</summary>
    /// <param name="type">The attribute type.</param>
    /// <returns>A mark to hand to <see cref="EndNested"/>.</returns>
    public int BeginNested(int type)
    {
        int mark = _length;
        Attribute(type | 0x8000, []);
        return mark;
    }

    /// <summary>Closes a nested attribute.</summary>
    /// <param name="mark">What <see cref="BeginNested"/> returned.</param>
    /// <returns>This builder.</returns>
    public NetlinkMessageBuilder EndNested(int mark)
    {
        int length = _length - mark;
        ArgumentOutOfRangeException.ThrowIfLessThan(length, NetlinkAttributeReader.HeaderSize, nameof(mark));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, ushort.MaxValue, nameof(mark));
        ushort shortLength = (ushort)length;
        MemoryMarshal.Write(_buffer.AsSpan(mark), in shortLength);
        return this;
    }

    /// <summary>Adds flags, and sets who asks: the last step before sending.</summary>
    internal ReadOnlySpan<byte> Complete(NetlinkFlags flags, uint sequence)
    {
        ushort all = (ushort)(Flags | flags);
        MemoryMarshal.Write(_buffer.AsSpan(6), in all);
        MemoryMarshal.Write(_buffer.AsSpan(8), in sequence);
        return Message;
    }

    private Span<byte> Extend(int size)
    {
        int wanted = _length + size;
        if (wanted > MaximumSize)
        {
            throw new InvalidOperationException("The netlink request is longer than 1 MiB.");
        }

        if (wanted > _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Max(wanted, _buffer.Length * 2));
        }

        Span<byte> added = _buffer.AsSpan(_length, size);
        added.Clear();
        _length = wanted;
        return added;
    }

    private NetlinkMessageBuilder Seal()
    {
        MemoryMarshal.Write(_buffer.AsSpan(), in _length);
        return this;
    }
}
