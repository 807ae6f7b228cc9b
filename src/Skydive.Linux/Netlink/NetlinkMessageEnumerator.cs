using System.Runtime.InteropServices;

namespace Skydive.Linux.Netlink;

/// <summary>
/// Cuts a datagram into netlink messages. It trusts no length: bytes that do not add up end the enumeration and set
/// <see cref="Fault"/>, and never throw, over-read or loop.
/// </summary>
/// <remarks>Allocates nothing. Source: <c>NLMSG_OK</c> and <c>NLMSG_NEXT</c> of <c>linux/netlink.h</c>.</remarks>
public ref struct NetlinkMessageEnumerator
{
    private ReadOnlySpan<byte> _rest;

    /// <summary>Starts at the first message of a datagram.</summary>
    /// <param name="datagram">The datagram.</param>
    public NetlinkMessageEnumerator(ReadOnlySpan<byte> datagram) => _rest = datagram;

    /// <summary>The current message.</summary>
    public NetlinkMessage Current { readonly get; private set; }

    /// <summary>Why the enumeration ended early; <see cref="NetlinkFault.None"/> when it did not.</summary>
    public NetlinkFault Fault { readonly get; private set; }

    /// <summary>This enumerator, for <c>foreach</c> (which cannot see <see cref="Fault"/> afterwards).</summary>
    /// <returns>A copy.</returns>
    public readonly NetlinkMessageEnumerator GetEnumerator() => this;

    /// <summary>Moves to the next message.</summary>
    /// <returns>False at the end, or at a fault.</returns>
    public bool MoveNext()
    {
        if (_rest.Length < NetlinkMessage.HeaderSize)
        {
            if (!_rest.IsEmpty)
            {
                Stop(NetlinkFault.TruncatedHeader);
            }

            return false;
        }

        uint length = MemoryMarshal.Read<uint>(_rest);
        if (length < NetlinkMessage.HeaderSize)
        {
            return Stop(NetlinkFault.LengthTooSmall);
        }

        if (length > (uint)_rest.Length)
        {
            return Stop(NetlinkFault.LengthBeyondEnd);
        }

        Current = new NetlinkMessage(
            MemoryMarshal.Read<ushort>(_rest[4..]),
            (NetlinkFlags)MemoryMarshal.Read<ushort>(_rest[6..]),
            MemoryMarshal.Read<uint>(_rest[8..]),
            MemoryMarshal.Read<uint>(_rest[12..]),
            _rest[NetlinkMessage.HeaderSize..(int)length]);

        // The last message of a datagram need not be padded.
        _rest = _rest[Math.Min(((int)length + 3) & ~3, _rest.Length)..];
        return true;
    }

    private bool Stop(NetlinkFault fault)
    {
        Fault = fault;
        _rest = default;
        Current = default;
        return false;
    }
}
