using Skydive.Contracts.Captures;

namespace Skydive.Agent.Captures.Sources;

/// <summary>The capture types that an agent can run.</summary>
internal static class CaptureSourceCatalog
{
    private static readonly Dictionary<string, CaptureSourceKind> s_kinds = new(StringComparer.Ordinal)
    {
        [CaptureTypes.AfPacket] = new(LinkNeed.Present, RingSource.Open),
        [CaptureTypes.Pcap] = new(LinkNeed.Up, PcapSource.Open),
        [CaptureTypes.PcapSocket] = new(LinkNeed.None, PcapSocketSource.Open),
        [CaptureTypes.SFlow] = new(LinkNeed.Address, SFlowSource.Open),
        [CaptureTypes.NetFlow] = new(LinkNeed.Address, NetFlowSource.Open),
        [CaptureTypes.Ebpf] = new(LinkNeed.Present, EbpfSource.Open),
    };

    /// <summary>How sources of a type are made; null when this version cannot run the type.</summary>
    public static CaptureSourceKind? Find(CaptureType type) => s_kinds.GetValueOrDefault(type.Name);
}
