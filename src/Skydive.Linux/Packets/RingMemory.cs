using System.Runtime.InteropServices;
using Skydive.Linux.Interop;

namespace Skydive.Linux.Packets;

/// <summary>
/// The memory that a packet ring shares with the kernel. It stays mapped while a reference is held, so that a block being read on one
/// thread survives the disposal of the ring on another.
/// </summary>
internal sealed unsafe class RingMemory : SafeHandle
{
    private const int ReadWrite = 0x3; // PROT_READ | PROT_WRITE
    private const int Shared = 0x1; // MAP_SHARED
    private static readonly nint s_failed = -1; // MAP_FAILED

    private readonly nuint _size;

    private RingMemory(nuint size)
        : base(invalidHandleValue: s_failed, ownsHandle: true) => _size = size;

    /// <inheritdoc/>
    public override bool IsInvalid => handle == s_failed;

    internal static RingMemory Map(SafeDescriptor socket, nuint size)
    {
        var memory = new RingMemory(size);
        memory.SetHandle(Libc.MemoryMap(0, size, ReadWrite, Shared, socket, 0));
        return memory.IsInvalid ? throw LinuxException.FromLastError("mmap packet ring") : memory;
    }

    /// <summary>A part of the memory. The caller holds a reference as long as it uses the span.</summary>
    internal Span<byte> Slice(nuint offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + (nuint)length, _size, nameof(length));
        return new Span<byte>((byte*)handle + offset, length);
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Libc.MemoryUnmap(handle, _size) == 0;
}
