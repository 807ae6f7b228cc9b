using Skydive.Flows.Encoding;
using Skydive.Flows.Offline;
using Skydive.Flows.Table;
using Skydive.Packets.Pcap;

namespace Skydive.Flows.Bench;

internal sealed class FileBenchmark(Func<Stream> open) : Benchmark
{
    private long _flows;

    public override IReadOnlyList<string> Parts => ["to records", "to written records"];

    public override string Remark => $", {_flows} flow records";

    public override long Run(string part)
    {
        using var reader = new PcapReader(open());
        if (part == "to records")
        {
            var sink = new CollectingSink(keep: false);
            PcapSummary summary = PcapFlows.Read(reader, new FlowTableOptions(), sink, CancellationToken.None);
            _flows = sink.Count;
            return summary.Packets;
        }

        // One record for each flow, at its end, as the tools write that this is compared with.
        var options = new FlowTableOptions { UpdateInterval = TimeSpan.FromDays(1) };
        using var writer = new WritingSink();
        PcapSummary written = PcapFlows.Read(reader, options, writer, CancellationToken.None);
        writer.Complete();
        _flows = writer.Count;
        return written.Packets;
    }

    /// <summary>Encodes flows in blocks and writes them to a file that is removed.</summary>
    private sealed class WritingSink : IFlowSink, IDisposable
    {
        private const int BlockLength = 5000;
        private readonly List<FlowBatch> _block = [];
        private int _blockCount;
        private readonly FileStream _file = new(
            Path.GetTempFileName(), FileMode.Open, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);

        public long Count { get; private set; }

        public void OnFlows(FlowBatch flows)
        {
            Count += flows.Count;
            _block.Add(flows);
            _blockCount += flows.Count;
            if (_blockCount >= BlockLength)
            {
                Complete();
            }
        }

        public void Complete()
        {
            _file.Write(FlowChunk.EncodeBatches(_block));
            _block.Clear();
            _blockCount = 0;
        }

        public void Dispose() => _file.Dispose();
    }
}
