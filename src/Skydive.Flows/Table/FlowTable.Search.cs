using System.Globalization;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Queries;

namespace Skydive.Flows.Table;

/// <content>Live queries.</content>
public sealed unsafe partial class FlowTable
{
    /// <summary>
    /// Answers a question from the flows that the table holds now. Safe to call from any thread; the filter is evaluated on that thread,
    /// outside the table's lock. A flow that is there throughout is found once; packets of the owner's current batch are not counted yet.
    /// </summary>
    /// <param name="search">The question.</param>
    /// <returns>The flows, filtered, de-duplicated, sorted and cut; empty when the table has been disposed.</returns>
    public IReadOnlyList<Flow> Search(FlowSearch search)
    {
        ArgumentNullException.ThrowIfNull(search);
        if (search.NodeTIDs is { } nodes && !nodes.Contains(_origin.NodeTid, StringComparer.Ordinal))
        {
            return [];
        }

        var matches = new FlowRecordBlocks();
        var view = new FlowRecordView(_origin);
        FlowRecord[] records = GC.AllocateUninitializedArray<FlowRecord>(FlowBatch.MaxCount);
        int version = -1;
        uint next = 0;
        while (TryCopy(records, ref version, ref next, matches, out int count))
        {
            for (int i = 0; i < count; i++)
            {
                ref readonly FlowRecord record = ref records[i];
                if (!IsWithin(search.Slice, in record) || (search.EveryUpdate && !CountedWithin(search.Slice, in record)))
                {
                    continue;
                }

                if (search.Filter is not null)
                {
                    view.TurnTo(in record);
                    if (!search.Filter.Matches(view))
                    {
                        continue;
                    }
                }

                matches.Add(in record);
            }
        }

        return FlowRecordFinisher.Finish(search, matches, _origin);
    }

    /// <summary>Gives the packets that are kept of some flows. Safe to call from any thread; looks at every flow of the table.</summary>
    /// <param name="search">Which flows.</param>
    /// <returns>The flows of which there are packets.</returns>
    public IReadOnlyList<FlowRawPackets> SearchRawPackets(RawPacketSearch search)
    {
        ArgumentNullException.ThrowIfNull(search);
        if (_options.RawPacketLimit == 0 || (search.NodeTIDs is { } nodes && !nodes.Contains(_origin.NodeTid)))
        {
            return [];
        }

        var wanted = new HashSet<ulong>();
        foreach (string text in search.FlowUUIDs)
        {
            if (ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong uuid))
            {
                wanted.Add(uuid);
            }
        }

        var found = new Dictionary<ulong, FlowRawPackets>();
        int version = -1;
        uint next = 0;
        while (TryCopyPackets(wanted, search.Slice, ref version, ref next, found))
        {
        }

        return [.. found.Values];
    }

    private static bool IsWithin(TimeSlice? slice, in FlowRecord record) =>
        slice is not { } bounds || (record.StartMilliseconds <= bounds.Last && record.LastMilliseconds >= bounds.Start);

    // Where every update is asked for, that of a flow must have counted in the span.
    private static bool CountedWithin(TimeSlice? slice, in FlowRecord record) =>
        slice is not { } bounds || (record.Hot.State & FlowState.HasWindow) == 0
        || (record.WindowStartMilliseconds <= bounds.Last && record.WindowLastMilliseconds >= bounds.Start);

    // Copies some of the next flows. When flows have moved since the chunk before, it all starts again.
    private bool TryCopy(FlowRecord[] records, ref int version, ref uint next, FlowRecordBlocks matches, out int count)
    {
        count = 0;
        lock (_gate)
        {
            if (_isDisposed)
            {
                return false;
            }

            if (version != _storageVersion)
            {
                version = _storageVersion;
                next = 0;
                matches.Clear();
            }

            FlowStorage storage = _storage;
            uint end = Math.Min(storage.End, next + (uint)records.Length);
            if (next >= end)
            {
                return false;
            }

            for (; next < end; next++)
            {
                FlowHot* hot = storage.Hot(next);
                if ((hot->State & FlowState.Live) != 0)
                {
                    records[count++] = new FlowRecord
                    {
                        Hot = *hot,
                        Cold = *storage.Cold(next),
                        Extras = storage.Extras?.Copy(next, in hot->Key, takesPackets: false),
                    };
                }
            }

            return true;
        }
    }

    // Looks at the flows of the next chunk. When flows have moved since the chunk before, it all starts again.
    private bool TryCopyPackets(HashSet<ulong> wanted, TimeSlice? slice, ref int version, ref uint next, Dictionary<ulong, FlowRawPackets> found)
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return false;
            }

            next = version == _storageVersion ? next : 0;
            version = _storageVersion;
            FlowStorage storage = _storage;
            uint end = Math.Min(storage.End, next + FlowStorage.ChunkLength);
            for (; next < end; next++)
            {
                FlowHot* hot = storage.Hot(next);
                if ((hot->State & FlowState.Live) != 0 && wanted.Contains(hot->Uuid))
                {
                    RawPacket[] packets = [.. storage.Extras!.CopyPackets(next).Where(packet => IsWithin(slice, packet))];
                    if (packets.Length > 0)
                    {
                        found[hot->Uuid] = new FlowRawPackets(FlowRecord.Hexadecimal(hot->Uuid), packets);
                    }
                }
            }

            return next < storage.End;
        }
    }

    private static bool IsWithin(TimeSlice? slice, RawPacket packet) =>
        slice is not { } bounds || (packet.Timestamp >= bounds.Start && packet.Timestamp <= bounds.Last);
}
