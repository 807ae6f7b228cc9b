namespace Skydive.Packets.Collectors;

/// <summary>
/// Counters of one source as sFlow samples bring them, by the names that Skydive gives them. A counter that no record had, or that the exporter said it
/// does not know (all bits set), is not there. Not for use by several threads at once.
/// </summary>
/// <remarks>Source: sFlow version 5, section 5.3; Open vSwitch counters from its ofproto/ofproto-dpif-sflow.c and lib/sflow.h.</remarks>
public sealed class SFlowCounters
{
    private const uint InterfaceFormat = 1;
    private const uint EthernetFormat = 2;
    private const uint VlanFormat = 5;
    private const uint ApplicationResourcesFormat = 2203;
    private const uint OpenVSwitchFormat = 2207;
    private const long Unknown = -1;

    private static readonly string[] s_names =
    [
        "IfInOctets", "IfInUcastPkts", "IfInMulticastPkts", "IfInBroadcastPkts", "IfInDiscards", "IfInErrors", "IfInUnknownProtos",
        "IfOutOctets", "IfOutUcastPkts", "IfOutMulticastPkts", "IfOutBroadcastPkts", "IfOutDiscards", "IfOutErrors",
        "EthAlignmentErrors", "EthFCSErrors", "EthSingleCollisionFrames", "EthMultipleCollisionFrames", "EthSQETestErrors",
        "EthDeferredTransmissions", "EthLateCollisions", "EthExcessiveCollisions", "EthInternalMacTransmitErrors", "EthCarrierSenseErrors",
        "EthFrameTooLongs", "EthInternalMacReceiveErrors", "EthSymbolErrors",
        "VlanOctets", "VlanUcastPkts", "VlanMulticastPkts", "VlanBroadcastPkts", "VlanDiscards",
        "OvsDpNHit", "OvsDpNMissed", "OvsDpNLost", "OvsDpNMaskHit", "OvsDpNFlows", "OvsDpNMasks",
        "OvsAppMemUsed", "OvsAppMemMax", "OvsAppFdOpen", "OvsAppFdMax", "OvsAppConnOpen", "OvsAppConnMax",
    ];

    private const int FirstEthernet = 13;
    private const int FirstVlan = 26;
    private const int FirstOpenVSwitch = 31;
    private const int FirstApplication = 37;

    private readonly long[] _values = new long[s_names.Length];
    private ulong _present;

    /// <summary>The names of all counters.</summary>
    public static IReadOnlyList<string> Names => s_names;

    /// <summary>The index of the interface that the last record named; 0 when none did.</summary>
    public uint InterfaceIndex { get; private set; }

    /// <summary>The value of a counter.</summary>
    /// <param name="index">Its place in <see cref="Names"/>.</param>
    /// <returns>The value; null when no record had it.</returns>
    public long? this[int index] => (_present & (1UL << index)) == 0 ? null : _values[index];

    /// <summary>Reads a record of a sample of counters. Later values take the place of earlier ones.</summary>
    /// <param name="record">The record.</param>
    /// <returns>False when it is of a format that is not known here, or is damaged: nothing has changed.</returns>
    public bool TryRead(SFlowRecord record)
    {
        var reader = new XdrReader(record.Data);
        Span<long> values = stackalloc long[FirstEthernet];
        int first;
        int count;
        switch (record.Format)
        {
            case InterfaceFormat:
                first = 0;
                count = FirstEthernet;
                uint index = reader.ReadUInt32();

                // Type, speed, direction and status are no counters.
                reader.Take(20);
                for (int i = 0; i < count; i++)
                {
                    values[i] = i is 0 or 7 ? (long)reader.ReadUInt64() : ReadWord(ref reader);
                }

                if (!reader.IsShort)
                {
                    InterfaceIndex = index;
                }

                break;
            case EthernetFormat:
                first = FirstEthernet;
                count = FirstVlan - FirstEthernet;
                ReadWords(ref reader, values[..count]);
                break;
            case VlanFormat:
                first = FirstVlan;
                count = FirstOpenVSwitch - FirstVlan;
                reader.ReadUInt32();
                values[0] = (long)reader.ReadUInt64();
                ReadWords(ref reader, values[1..count]);
                break;
            case OpenVSwitchFormat:
                first = FirstOpenVSwitch;
                count = FirstApplication - FirstOpenVSwitch;
                ReadWords(ref reader, values[..count]);
                break;
            case ApplicationResourcesFormat:
                first = FirstApplication;
                count = s_names.Length - FirstApplication;
                reader.Take(8);
                values[0] = (long)reader.ReadUInt64();
                values[1] = (long)reader.ReadUInt64();
                ReadWords(ref reader, values[2..count]);
                break;
            default:
                return false;
        }

        if (reader.IsShort)
        {
            return false;
        }

        for (int i = 0; i < count; i++)
        {
            if (values[i] != Unknown)
            {
                _values[first + i] = values[i];
                _present |= 1UL << (first + i);
            }
        }

        return true;
    }

    private static long ReadWord(ref XdrReader reader)
    {
        uint value = reader.ReadUInt32();
        return value == uint.MaxValue ? Unknown : value;
    }

    private static void ReadWords(ref XdrReader reader, scoped Span<long> values)
    {
        foreach (ref long value in values)
        {
            value = ReadWord(ref reader);
        }
    }
}
