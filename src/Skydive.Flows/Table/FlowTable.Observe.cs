using Skydive.Packets;

namespace Skydive.Flows.Table;

/// <content>Flows whose packets others have counted.</content>
public sealed unsafe partial class FlowTable
{
    /// <summary>
    /// Counts what another has counted of a flow. The flow is told by the headers that its packets have, so that it gets the same identity as from the
    /// packets themselves.
    /// </summary>
    /// <param name="headers">The headers of a packet of the flow, down to ports or ICMP; not kept.</param>
    /// <param name="linkType">What they begin with.</param>
    /// <param name="observation">What was counted. Of a connection, what happened first is to come first.</param>
    /// <exception cref="ObjectDisposedException">The table has been disposed.</exception>
    public void Observe(ReadOnlySpan<byte> headers, LinkType linkType, in FlowObservation observation)
    {
        Flush();
        _packetsReceived += observation.Packets + observation.ReversePackets;
        if (!PacketDecoder.TryDecode(headers, linkType, default, out DecodedPacket packet))
        {
            _packetsInvalid += observation.Packets + observation.ReversePackets;
            return;
        }

        PendingPacket* pending = _pending;
        Fill(pending, in packet, headers.Length, headers.Length, observation.FirstNanoseconds, default);
        pending->Hash = pending->Key.Hash(in _secret);
        PacketSignals echo = pending->Signals & (PacketSignals.EchoRequest | PacketSignals.EchoReply);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            FlowStorage storage = _storage;
            uint entry = storage.Find(in pending->Key, pending->Hash);
            if (entry == FlowStorage.None)
            {
                entry = Create(pending);
            }

            FlowHot* hot = storage.Hot(entry);
            bool isFromB = (((int)pending->Order ^ (int)hot->State) & 1) != 0;
            hot->Total.ABPackets += isFromB ? observation.ReversePackets : observation.Packets;
            hot->Total.ABBytes += isFromB ? observation.ReverseBytes : observation.Bytes;
            hot->Total.BAPackets += isFromB ? observation.Packets : observation.ReversePackets;
            hot->Total.BABytes += isFromB ? observation.Bytes : observation.ReverseBytes;
            hot->LastNanoseconds = Math.Max(hot->LastNanoseconds, observation.LastNanoseconds);
            hot->State |= FlowState.Touched;
            pending->TimeToLive = observation.TimeToLive;
            if (echo != PacketSignals.None && observation.HasEchoTimes)
            {
                pending->IcmpSequence = observation.IcmpSequence;
                Notice(storage, entry, pending, echo, observation.FirstNanoseconds, isFromB);
            }
            else if (packet.Transport == LayerType.TCP)
            {
                NoticeConnection(storage, entry, pending, in observation, isFromB);
            }
        }

        if (_outgoing.HasFullBatch)
        {
            Send();
        }
    }

    private void NoticeConnection(FlowStorage storage, uint entry, PendingPacket* pending, in FlowObservation observation, bool isFromB)
    {
        if (observation.SynNanoseconds != 0)
        {
            pending->TcpFlags = TcpFlags.Syn | (observation.IsSynAck ? TcpFlags.Ack : TcpFlags.None);
            Notice(storage, entry, pending, observation.IsSynAck ? PacketSignals.SynAck : PacketSignals.Syn, observation.SynNanoseconds, isFromB);
        }

        if (observation.FinNanoseconds != 0)
        {
            pending->TcpFlags = TcpFlags.Fin;
            Notice(storage, entry, pending, PacketSignals.Fin, observation.FinNanoseconds, isFromB);
        }

        if (observation.RstNanoseconds != 0)
        {
            pending->TcpFlags = TcpFlags.Rst;
            Notice(storage, entry, pending, PacketSignals.Rst, observation.RstNanoseconds, isFromB);
        }
    }

    private void Notice(FlowStorage storage, uint entry, PendingPacket* pending, PacketSignals signals, long timestampNanoseconds, bool isFromB)
    {
        const PacketSignals Tcp = PacketSignals.Syn | PacketSignals.SynAck | PacketSignals.Fin | PacketSignals.Rst;
        pending->Signals = signals | (_options.ExtraTcpMetric && (signals & Tcp) != 0 ? PacketSignals.TcpSegment : PacketSignals.None);
        pending->TimestampNanoseconds = timestampNanoseconds;
        Notice(storage, entry, pending, isFromB);
    }
}
