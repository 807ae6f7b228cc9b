using System.Buffers.Binary;
using Skydive.Packets;

namespace Skydive.Agent.Captures.Targets;

/// <summary>Puts the VLAN tag back into a frame from which the kernel has cut it off.</summary>
internal static class TaggedFrame
{
    private const int AddressesLength = 12;
    private const int TagLength = 4;
    private const ushort EtherTypeVlan = 0x8100;

    /// <summary>Writes a frame as it was on the wire.</summary>
    /// <param name="frame">The frame; what does not fit is left out.</param>
    /// <param name="tag">The tag, if there is one.</param>
    /// <param name="target">Room for the frame.</param>
    /// <returns>How many bytes were written.</returns>
    public static int Write(ReadOnlySpan<byte> frame, VlanTag tag, Span<byte> target)
    {
        if (!tag.IsPresent || frame.Length < AddressesLength)
        {
            int whole = Math.Min(frame.Length, target.Length);
            frame[..whole].CopyTo(target);
            return whole;
        }

        frame[..AddressesLength].CopyTo(target);
        BinaryPrimitives.WriteUInt16BigEndian(target[AddressesLength..], EtherTypeVlan);
        BinaryPrimitives.WriteUInt16BigEndian(target[(AddressesLength + 2)..], tag.Identifier);
        int rest = Math.Min(frame.Length - AddressesLength, target.Length - AddressesLength - TagLength);
        frame.Slice(AddressesLength, rest).CopyTo(target[(AddressesLength + TagLength)..]);
        return AddressesLength + TagLength + rest;
    }
}
