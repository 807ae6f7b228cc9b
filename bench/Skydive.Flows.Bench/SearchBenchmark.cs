using System.Net;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Queries;
using Skydive.Flows.Table;
using Skydive.Packets;
using Skydive.Packets.Building;

namespace Skydive.Flows.Bench;

/// <summary>What the reference implementation was asked with 10,000 live flows.</summary>
internal sealed class SearchBenchmark : Benchmark
{
    private const int Flows = 10_000;
    private readonly FlowTable _table = new(new FlowTableOptions { NodeTid = "n" }, new CollectingSink(keep: false));

    public SearchBenchmark()
    {
        byte[] frame = new FrameBuilder().Ethernet(new MacAddress(1), new MacAddress(2))
            .IPv4(IPAddress.Parse("10.0.0.1"), IPAddress.Parse("10.0.0.2")).Udp(1, 53).Build();
        for (int i = 0; i < Flows; i++)
        {
            frame[28] = (byte)(i >> 8);
            frame[29] = (byte)i;
            _table.Process(frame, frame.Length, i * 1_000_000L);
        }

        _table.Flush();
    }

    public override string Unit => "flows";

    public override IReadOnlyList<string> Parts => ["Count", "all", "Has", "Sort.Limit(10)", "Metrics.Sum", "Dedup"];

    public override long Run(string part)
    {
        IReadOnlyList<Flow> flows = _table.Search(part switch
        {
            "Count" or "all" or "Metrics.Sum" => new FlowSearch(),
            "Has" => new FlowSearch { Filter = Filter.Equal("Network.A", "10.0.3.4") },
            "Sort.Limit(10)" => new FlowSearch { SortBy = "Metric.ABBytes", Descending = true, Limit = 10 },
            _ => new FlowSearch { DeduplicateBy = "TrackingID" },
        });
        return part switch
        {
            // The others read every flow that they find.
            "Count" => flows.Count,
            "Metrics.Sum" => flows.Sum(static flow => flow.Metric!.ABBytes) > 0 ? Flows : 0,
            _ => flows.LongCount(static flow => flow.UUID.Length > 0) > 0 ? Flows : 0,
        };
    }

    public override void Dispose() => _table.Dispose();
}
