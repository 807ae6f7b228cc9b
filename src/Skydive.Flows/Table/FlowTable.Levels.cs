using System.Runtime.CompilerServices;
using Skydive.Contracts.Flows;
using Skydive.Flows.Table.Fragments;
using Skydive.Packets;

namespace Skydive.Flows.Table;

/// <content>Packets that are more than a packet of one flow: tunnels, fragments, and what is kept of packets.</content>
public sealed unsafe partial class FlowTable
{
    // A DNS message that is longer is kept up to here.
    private const int MaxLayerBytes = 4096;
    private const int EthernetAddressesLength = 12;

    /// <summary>
    /// Counts a packet that was sampled: as many packets of its length as it stands for, at each level of encapsulation. Fragments that were sampled
    /// are not put together, as others of their datagram were not.
    /// </summary>
    /// <param name="frame">The captured bytes; not kept.</param>
    /// <param name="originalLength">How many bytes it had on the wire.</param>
    /// <param name="timestampNanoseconds">When it was sampled.</param>
    /// <param name="samplingRate">One of so many packets was sampled, at least 1.</param>
    public void ProcessSample(ReadOnlySpan<byte> frame, int originalLength, long timestampNanoseconds, uint samplingRate)
    {
        _packetsReceived++;
        if (!PacketDecoder.TryDecode(frame, _linkType, default, out DecodedPacket packet))
        {
            _packetsInvalid++;
            return;
        }

        PendingPacket* pending = _pending + _pendingCount;
        _samplingRate = Math.Max(1, samplingRate);
        FillLevel(pending, in packet, frame.Length, originalLength, timestampNanoseconds);
        pending->Hash = pending->Key.Hash(in _secret);
        Attend(frame, ref packet, originalLength, timestampNanoseconds, default);
        _samplingRate = 1;
    }

    // The packet is filled in at the end of the batch, but does not count among it yet.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private void Attend(ReadOnlySpan<byte> frame, ref DecodedPacket packet, int originalLength, long timestampNanoseconds, VlanTag tag)
    {
        int length = Math.Max(originalLength, frame.Length);
        for (int depth = 0; ;)
        {
            if (!TryAttendLevel(ref frame, ref packet, ref length, tag))
            {
                break;
            }

            _pendingCount++;
            if ((packet.Traits & PacketTraits.Tunnel) == 0 || ++depth == MaxLevels)
            {
                break;
            }

            // What the headers leave; an Ethernet trailer belongs to the outermost level.
            int innerLength = packet.NetworkLength == 0
                ? length - packet.PayloadOffset
                : Math.Min(length - packet.PayloadOffset, packet.NetworkOffset + packet.NetworkLength - packet.PayloadOffset);
            ReadOnlySpan<byte> inner = frame[packet.PayloadOffset..packet.PayloadEnd];
            byte level = (byte)(_pending[_pendingCount - 1].Level + 1);
            if (!PacketDecoder.TryDecode(inner, packet.InnerLinkType, default, out packet))
            {
                _tunnelsInvalid++;
                break;
            }

            frame = inner;
            length = Math.Max(innerLength, frame.Length);
            tag = default;
            PendingPacket* pending = _pending + _pendingCount;
            FillLevel(pending, in packet, frame.Length, length, timestampNanoseconds);
            pending->Level = level;
            _deepestLevel = Math.Max(_deepestLevel, level);
        }

        DrainFragments();
        if (_pendingCount >= BatchSize || _bytesUsed > _bytesLimit)
        {
            Flush();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private void FillLevel(PendingPacket* pending, in DecodedPacket packet, int capturedLength, int length, long timestampNanoseconds)
    {
        Fill(pending, in packet, capturedLength, length, timestampNanoseconds, default);
        if (_samplingRate > 1)
        {
            pending->Signals |= PacketSignals.Sample;
            pending->SamplingRate = _samplingRate;
        }
    }

    // Returns false when the level is a fragment that waits for others.
    private bool TryAttendLevel(ref ReadOnlySpan<byte> frame, ref DecodedPacket packet, ref int length, VlanTag tag)
    {
        PendingPacket* pending = _pending + _pendingCount;
        if (_options.MplsUdpPort != 0 && packet.Transport == LayerType.UDP && packet.DestinationPort == _options.MplsUdpPort
            && (packet.Traits & PacketTraits.Tunnel) == 0)
        {
            PacketDecoder.DecodeMplsPayload(frame, ref packet);
            pending->Path = packet.Path;
        }

        if ((packet.Traits & PacketTraits.InvalidTunnel) != 0)
        {
            _tunnelsInvalid++;
        }

        if (_options.RawPacketLimit > 0)
        {
            CopyPacket(pending, frame, in packet, tag);
        }

        if (_defragmenter is not null && _samplingRate == 1 && (packet.Traits & PacketTraits.Fragment) != 0)
        {
            if (!TryReassemble(ref frame, ref packet, ref length))
            {
                return false;
            }

            pending = _pending + _pendingCount;
        }

        if ((packet.Traits & PacketTraits.ExtraLayer) != 0 && WantsLayer(frame, in packet))
        {
            CopyLayer(pending, frame, in packet);
        }

        return true;
    }

    private bool TryReassemble(ref ReadOnlySpan<byte> frame, ref DecodedPacket packet, ref int length)
    {
        PendingPacket* pending = _pending + _pendingCount;
        if (pending->Level > 0)
        {
            // The datagram may get complete in another batch: its parent has to be known now.
            PendingPacket* outer = pending - 1;
            outer->Signals |= PacketSignals.TellUuid;
            PendingPacket inner = *pending;
            int bytesUsed = _bytesUsed;
            Flush();
            _bytesUsed = bytesUsed;
            inner.Key.Parent = outer->FlowUuid;
            inner.Level = 0;
            pending = _pending;
            *pending = inner;
        }

        if (_defragmenter!.Add(ref packet, frame, ref *pending, out ReadOnlySpan<byte> payload, out int payloadLength) == FragmentOutcome.Held)
        {
            return false;
        }

        ulong parent = pending->Key.Parent;
        int packetLength = pending->Length;
        PacketSignals kept = pending->Signals & PacketSignals.Packet;
        PacketDecoder.DecodeReassembled(payload, payloadLength, ref packet);
        FillLevel(pending, in packet, payload.Length, packetLength, pending->TimestampNanoseconds);
        pending->Signals |= kept | PacketSignals.Datagram;
        pending->IsReassembled = true;
        pending->Length = packetLength;
        pending->Key.Parent = parent;
        pending->Hash = pending->Key.Hash(in _secret);
        frame = payload;
        length = payloadLength;
        return true;
    }

    // Fragments that were given up count for a flow of their own after all.
    private void DrainFragments()
    {
        while (_defragmenter is not null && _defragmenter.TryTakeFailed(out PendingPacket packet))
        {
            if (_pendingCount >= BatchSize)
            {
                Flush();
            }

            packet.Signals = PacketSignals.Datagram;
            packet.IsReassembled = false;
            packet.Hash = packet.Key.Hash(in _secret);
            _pending[_pendingCount++] = packet;
        }
    }

    // Under the lock. Level by level, as the key of a flow has the UUID of the one around it.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private void CountLevels(FlowStorage storage, int count)
    {
        PendingPacket* pending = _pending;
        byte* inner = stackalloc byte[BatchSize + MaxLevels];
        int innerCount = 0;
        for (int i = 0; i < count; i++)
        {
            if (pending[i].Level == 0)
            {
                CountOuter(storage, i, count);
            }
            else
            {
                inner[innerCount++] = (byte)i;
            }
        }

        for (int level = 1; innerCount > 0; level++)
        {
            for (int n = 0; n < innerCount; n++)
            {
                if (pending[inner[n]].Level == level)
                {
                    storage.PrefetchEntry(pending[inner[n]].Hash);
                }
            }

            int left = 0;
            for (int n = 0; n < innerCount; n++)
            {
                if (pending[inner[n]].Level == level)
                {
                    CountOuter(storage, inner[n], count);
                }
                else
                {
                    inner[left++] = inner[n];
                }
            }

            innerCount = left;
        }

        _deepestLevel = 0;
    }

    // Tells the level inside, which stands behind it, what its key lacks.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void CountOuter(FlowStorage storage, int index, int count)
    {
        PendingPacket* outer = _pending + index;
        ulong uuid = Count(storage, outer)->Uuid;
        PendingPacket* inner = outer + 1;
        if (index + 1 < count && inner->Level == outer->Level + 1)
        {
            inner->Key.Parent = uuid;
            inner->Hash = inner->Key.Hash(in _secret);
            storage.PrefetchSlot(inner->Hash);
        }
    }

    private bool WantsLayer(ReadOnlySpan<byte> frame, in DecodedPacket packet) => packet.Path.Last switch
    {
        LayerType.DNS => (_options.ExtraLayers & ExtraLayers.DNS) != 0,
        LayerType.DHCPv4 => (_options.ExtraLayers & ExtraLayers.DHCPv4) != 0,

        // Version 2 only.
        LayerType.VRRP => (_options.ExtraLayers & ExtraLayers.VRRP) != 0 && frame[packet.PayloadOffset] >> 4 == 2,
        _ => false,
    };

    private void CopyLayer(PendingPacket* pending, ReadOnlySpan<byte> frame, in DecodedPacket packet)
    {
        int length = Math.Min(MaxLayerBytes, packet.PayloadEnd - packet.PayloadOffset);
        frame.Slice(packet.PayloadOffset, length).CopyTo(_bytes.AsSpan(_bytesUsed));
        pending->Signals |= PacketSignals.ExtraLayer;
        pending->Layer = packet.Path.Last;
        pending->LayerOffset = _bytesUsed;
        pending->LayerLength = length;
        _bytesUsed += length;
    }

    // From the level's first layer on; a VLAN tag that the kernel has cut off is put back.
    private void CopyPacket(PendingPacket* pending, ReadOnlySpan<byte> frame, in DecodedPacket packet, VlanTag tag)
    {
        Span<byte> destination = _bytes.AsSpan(_bytesUsed, _options.HeaderSize);
        int length;
        if (packet.HasLink && tag.IsPresent && destination.Length >= EthernetAddressesLength + VlanHeaderLength)
        {
            frame[..EthernetAddressesLength].CopyTo(destination);
            destination[EthernetAddressesLength] = 0x81;
            destination[EthernetAddressesLength + 1] = 0x00;
            destination[EthernetAddressesLength + 2] = (byte)(tag.Identifier >> 8);
            destination[EthernetAddressesLength + 3] = (byte)tag.Identifier;
            destination = destination[(EthernetAddressesLength + VlanHeaderLength)..];
            length = Math.Min(frame.Length - EthernetAddressesLength, destination.Length);
            frame.Slice(EthernetAddressesLength, length).CopyTo(destination);
            length += EthernetAddressesLength + VlanHeaderLength;
        }
        else
        {
            ReadOnlySpan<byte> bytes = packet.HasLink ? frame : frame[packet.NetworkOffset..];
            length = Math.Min(bytes.Length, destination.Length);
            bytes[..length].CopyTo(destination);
        }

        pending->Signals |= PacketSignals.Packet;
        pending->BytesOffset = _bytesUsed;
        pending->BytesLength = length;
        pending->BytesLinkType = packet.HasLink ? LinkType.Ethernet : packet.Network == LayerType.IPv4 ? LinkType.IPv4 : LinkType.IPv6;
        _bytesUsed += length;
    }
}
