using Skydive.Flows.Table;

namespace Skydive.Flows.Bench;

internal sealed class TableBenchmark : Benchmark
{
    private readonly Frames _frames;
    private readonly FlowTable _table;

    public TableBenchmark(Func<Stream> open)
    {
        _frames = new Frames(open);
        _table = new FlowTable(new FlowTableOptions { LinkType = _frames.LinkType }, new CollectingSink(keep: false));
    }

    public override string Remark => $", {_table.GetStats().FlowCount} flows, {_table.SizeBytes >> 20} MiB";

    public override long Run(string part)
    {
        for (int i = 0; i < _frames.Count; i++)
        {
            ReadOnlySpan<byte> frame = _frames.Get(i, out int originalLength, out long timestampNanoseconds);
            _table.Process(frame, originalLength, timestampNanoseconds);
        }

        _table.Flush();
        return _frames.Count;
    }

    public override void Dispose() => _table.Dispose();
}
