using System.Runtime.InteropServices;

namespace Skydive.Flows.Table.Extras;

/// <summary>Native memory for packets and layers that are kept, bounded. Not for several threads.</summary>
internal sealed unsafe class ByteKeeper(long maxBytes)
{
    /// <summary>Native memory in use, in bytes.</summary>
    public long SizeBytes { get; private set; }

    /// <summary>How many things were not kept for want of room.</summary>
    public long Dropped { get; private set; }

    /// <summary>Keeps bytes.</summary>
    /// <returns>Null when there is no room, which is counted.</returns>
    public KeptBytes* TryKeep(ReadOnlySpan<byte> bytes, ushort type, long timestampNanoseconds)
    {
        long size = sizeof(KeptBytes) + (long)bytes.Length;
        if (size > maxBytes - SizeBytes)
        {
            Dropped++;
            return null;
        }

        var kept = (KeptBytes*)NativeMemory.Alloc((nuint)size);
        *kept = new KeptBytes { Length = bytes.Length, Type = type, TimestampNanoseconds = timestampNanoseconds };
        bytes.CopyTo(new Span<byte>(kept + 1, bytes.Length));
        SizeBytes += size;
        return kept;
    }

    /// <summary>Frees what was kept; null is fine.</summary>
    public void Free(KeptBytes* kept)
    {
        if (kept is not null)
        {
            SizeBytes -= sizeof(KeptBytes) + (long)kept->Length;
            NativeMemory.Free(kept);
        }
    }
}
