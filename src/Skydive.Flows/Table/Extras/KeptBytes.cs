using System.Runtime.InteropServices;

namespace Skydive.Flows.Table.Extras;

/// <summary>A packet, or the bytes of an extra layer, that is kept; the bytes stand behind it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct KeptBytes
{
    public KeptBytes* Next;
    public long TimestampNanoseconds;
    public int Length;

    /// <summary>A link type or a layer type.</summary>
    public ushort Type;

    /// <summary>The bytes of a block of native memory that begins with this.</summary>
    public static ReadOnlySpan<byte> Bytes(KeptBytes* kept) => new(kept + 1, kept->Length);
}
