using Skydive.Contracts.Flows;
using Skydive.Flows.Encoding;
using Skydive.Flows.Offline;
using Skydive.Flows.Table;
using Skydive.Packets.Pcap;

namespace Skydive.Flows.Bench;

/// <summary>Blocks of 5000 flows, as the store keeps them.</summary>
internal sealed class CodecBenchmark : Benchmark
{
    private const int BlockLength = 5000;
    private readonly List<FlowBatch> _batches;
    private readonly List<Flow[]> _blocks;
    private List<byte[]> _encoded = [];
    private long _bytes;

    public CodecBenchmark(Func<Stream> open)
    {
        var sink = new CollectingSink(keep: true);
        using var reader = new PcapReader(open());
        PcapFlows.Read(reader, new FlowTableOptions { NodeTid = "9b8ecef3-d828-51d0-419a-bda7ed30a3fa", CaptureId = "c" }, sink, CancellationToken.None);
        _batches = sink.Batches;
        _blocks = [.. _batches.SelectMany(static batch => batch).Chunk(BlockLength)];
    }

    public override string Unit => "flows";

    public override IReadOnlyList<string> Parts => ["wire records", "encode batches", "encode plain", "encode", "decode", "sum by source (2 columns)"];

    public override string Remark => $", {(double)_bytes / _blocks.Sum(static block => block.Length):F1} bytes a flow";

    public override long Run(string part)
    {
        switch (part)
        {
            case "wire records":
                return _batches.Sum(static batch => batch.LongCount(static flow => flow.UUID.Length > 0));
            case "encode batches":
                return _batches.Chunk(BlockLength / FlowBatch.MaxCount).Select(static block => FlowChunk.EncodeBatches(block)).Count(static chunk => chunk.Length > 0) is 0
                    ? 0
                    : _blocks.Sum(static block => block.Length);
            case "encode" or "encode plain":
                _encoded = [.. _blocks.Select(block => FlowChunk.Encode(block, compress: part == "encode"))];
                _bytes = _encoded.Sum(static chunk => (long)chunk.Length);
                return _blocks.Sum(static block => block.Length);
            case "decode":
                return _encoded.Sum(static chunk => FlowChunk.Decode(chunk).Length);
            default:
                return SumBySource();
        }
    }

    private long SumBySource()
    {
        var sums = new Dictionary<string, long>(StringComparer.Ordinal);
        long rows = 0;
        foreach (byte[] chunk in _encoded)
        {
            var reader = new FlowChunkReader(chunk);
            FlowTextColumn sources = reader.ReadTexts(FlowColumn.NetworkA);
            long[] bytes = reader.ReadNumbers(FlowColumn.MetricABBytes);
            long[] perSource = new long[sources.Count];
            ReadOnlySpan<int> codes = sources.Codes;
            for (int i = 0; i < bytes.Length; i++)
            {
                if (codes[i] >= 0)
                {
                    perSource[codes[i]] += bytes[i];
                }
            }

            for (int i = 0; i < perSource.Length; i++)
            {
                string source = sources.GetText(i);
                sums[source] = sums.GetValueOrDefault(source) + perSource[i];
            }

            rows += bytes.Length;
        }

        return rows;
    }
}
