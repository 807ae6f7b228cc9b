using Skydive.Contracts.Flows;
using Skydive.Contracts.Queries;

namespace Skydive.Storage.Memory;

/// <summary>Packets of flows in memory. Belongs to who holds the store's lock.</summary>
internal sealed class MemoryRawPackets
{
    private readonly Queue<(long StoredAt, string Flow, IReadOnlyList<RawPacket> Packets)> _byArrival = new();
    private readonly Dictionary<string, SortedDictionary<long, RawPacket>> _flows = new(StringComparer.Ordinal);

    /// <summary>How many packets there are.</summary>
    public long Count { get; private set; }

    /// <summary>Bytes of the packets.</summary>
    public long Bytes { get; private set; }

    /// <summary>Adds packets; the oldest make room.</summary>
    public void Add(IReadOnlyList<FlowRawPackets> flows, long storedAt, long maximumBytes)
    {
        foreach (var flow in flows.Where(static flow => flow.Packets.Count > 0))
        {
            if (!_flows.TryGetValue(flow.FlowUUID, out var known))
            {
                _flows.Add(flow.FlowUUID, known = []);
            }

            var added = flow.Packets.Where(packet => known.TryAdd(packet.Index, packet)).ToList();
            Count += added.Count;
            Bytes += added.Sum(static packet => (long)packet.Data.Length);
            if (added.Count > 0)
            {
                _byArrival.Enqueue((storedAt, flow.FlowUUID, added));
            }
        }

        while (Bytes > maximumBytes)
        {
            ForgetOldest();
        }
    }

    /// <summary>Forgets what came before a time.</summary>
    public void ForgetBefore(long storedBefore)
    {
        while (_byArrival.TryPeek(out var oldest) && oldest.StoredAt < storedBefore)
        {
            ForgetOldest();
        }
    }

    /// <summary>Finds packets.</summary>
    public IReadOnlyList<FlowRawPackets> Search(RawPacketSearch search)
    {
        var found = new List<FlowRawPackets>();
        foreach (string uuid in search.FlowUUIDs.Distinct(StringComparer.Ordinal))
        {
            if (_flows.TryGetValue(uuid, out var known))
            {
                RawPacket[] packets =
                [
                    .. known.Values.Where(packet => search.Slice is not { } slice || (packet.Timestamp >= slice.Start && packet.Timestamp <= slice.Last)),
                ];
                if (packets.Length > 0)
                {
                    found.Add(new(uuid, packets));
                }
            }
        }

        return found;
    }

    private void ForgetOldest()
    {
        var (_, flow, packets) = _byArrival.Dequeue();
        var known = _flows[flow];
        foreach (var packet in packets)
        {
            known.Remove(packet.Index);
            Count--;
            Bytes -= packet.Data.Length;
        }

        if (known.Count == 0)
        {
            _flows.Remove(flow);
        }
    }
}
