using System.Runtime.InteropServices;

namespace Skydive.Linux.FileSystem;

/// <summary>
/// Cuts what was read from inotify into events. An event is 16 bytes (watch, mask, cookie, length of the name), then the name filled up
/// with zeros. Bytes that do not add up end the enumeration.
/// </summary>
internal ref struct InotifyReader
{
    internal const uint Moved = 0x40; // IN_MOVED_FROM
    internal const uint MovedTo = 0x80; // IN_MOVED_TO
    internal const uint Created = 0x100; // IN_CREATE
    internal const uint Deleted = 0x200; // IN_DELETE
    internal const uint SelfDeleted = 0x400; // IN_DELETE_SELF
    internal const uint SelfMoved = 0x800; // IN_MOVE_SELF
    internal const uint Unmounted = 0x2000; // IN_UNMOUNT
    internal const uint QueueOverflow = 0x4000; // IN_Q_OVERFLOW
    internal const uint Ignored = 0x8000; // IN_IGNORED
    internal const uint OnlyDirectory = 0x01000000; // IN_ONLYDIR

    private const int HeaderSize = 16;

    private ReadOnlySpan<byte> _rest;

    internal InotifyReader(ReadOnlySpan<byte> bytes)
    {
        _rest = bytes;
        Current = default;
    }

    /// <summary>The current event.</summary>
    internal InotifyEvent Current { readonly get; private set; }

    /// <summary>Whether the enumeration ended early.</summary>
    internal bool IsMalformed { readonly get; private set; }

    /// <summary>Moves to the next event.</summary>
    internal bool MoveNext()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        uint length = _rest.Length < HeaderSize ? uint.MaxValue : MemoryMarshal.Read<uint>(_rest[12..]);
        if (length > (uint)(_rest.Length - HeaderSize) || _rest.Length < HeaderSize)
        {
            IsMalformed = true;
            _rest = default;
            return false;
        }

        ReadOnlySpan<byte> name = _rest.Slice(HeaderSize, (int)length);
        int end = name.IndexOf((byte)0);
        Current = new InotifyEvent(
            MemoryMarshal.Read<int>(_rest), MemoryMarshal.Read<uint>(_rest[4..]), end < 0 ? name : name[..end]);
        _rest = _rest[(HeaderSize + (int)length)..];
        return true;
    }
}
