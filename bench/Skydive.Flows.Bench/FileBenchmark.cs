using Skydive.Flows.Offline;
using Skydive.Flows.Table;
using Skydive.Packets.Pcap;

namespace Skydive.Flows.Bench;

internal sealed class FileBenchmark(Func<Stream> open) : Benchmark
{
    private long _flows;

    public override string Remark => $", {_flows} flow records";

    public override long Run(string part)
    {
        var sink = new CollectingSink(keep: false);
        using var reader = new PcapReader(open());
        PcapSummary summary = PcapFlows.Read(reader, new FlowTableOptions(), sink, CancellationToken.None);
        _flows = sink.Count;
        return summary.Packets;
    }
}
