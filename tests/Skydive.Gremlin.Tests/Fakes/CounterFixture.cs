using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Metrics;
using Skydive.Graph;
using Skydive.Graph.Views;

namespace Skydive.Gremlin.Tests.Fakes;

/// <summary>
/// Nodes and flows that count, and nodes with sockets. Times are seconds since 1970-01-01 UTC, the last metrics end at 60; of the past
/// there are samples of 10 seconds each of eth0 and eth1.
/// </summary>
internal static class CounterFixture
{
    public static FakeSource Make()
    {
        var graph = new LiveGraph("lab", "agent.lab", new FixedTime(DateTimeOffset.FromUnixTimeSeconds(60)));
        graph.Write(static t =>
        {
            t.AddNode("eth0", MetadataMap.Create(
                ("Name", "eth0"), ("Type", "veth"), ("TID", "tid-eth0"), ("LastUpdateMetric", Counters(50, 60, 40, 4000)), ("SFlow.LastUpdateMetric", MetadataMap.Create(("IfInOctets", 7), ("Start", 0), ("Last", 60_000)))));
            t.AddNode("eth1", MetadataMap.Create(("Name", "eth1"), ("Type", "veth"), ("TID", "tid-eth1"), ("LastUpdateMetric", Counters(45, 55, 2, 200))));
            t.AddNode("sda", MetadataMap.Create(("Name", "sda"), ("Type", "blockdev"), ("BlockdevMetric", MetadataMap.Create(("ReadsPerSec", 1.5), ("Start", 0), ("Last", 30_000)))));
            t.AddNode("host1", MetadataMap.Create(("Name", "host1"), ("Type", "host"), ("Sockets", MetadataValue.List(
                Socket("/usr/bin/curl", 11, "10.0.0.1", 40000, "10.0.0.2", 80, "ESTABLISHED"), Socket("/usr/sbin/sshd", 12, "0.0.0.0", 22, "0.0.0.0", 0, "LISTEN")))));
            t.AddNode("host2", MetadataMap.Create(("Name", "host2"), ("Type", "host"), ("Sockets", MetadataValue.List(
                Socket("/usr/sbin/nginx", 13, "::ffff:10.0.0.2", 80, "::ffff:10.0.0.1", 40000, "ESTABLISHED")))));
        });
        var live = graph.Current;
        return new(live)
        {
            Flows = new FakeFlowSource(Updates())
            {
                Packets = [new("f2", [Packet(1, 12, 7)]), new("f1", [Packet(1, 1, 7, 8), Packet(2, 30, 9, 9, 9)])],
            },
            PacketFilters = new FakePacketFilters(),
            Metrics = new FakeMetricSource(Samples()),
            History = slice => new RevisionView(slice, live.GetNodes(), live.GetEdges()),
        };
    }

    private static RawPacket Packet(int index, int second, params byte[] data) => new() { Timestamp = second * 1000, Index = index, Data = data, LinkType = 1 };

    private static MetadataMap Counters(int start, int last, long packets, long bytes) =>
        MetadataMap.Create(("RxPackets", packets), ("RxBytes", bytes), ("Start", start * 1000L), ("Last", last * 1000L));

    private static MetadataValue Socket(string process, int pid, string local, int localPort, string remote, int remotePort, string state) => MetadataMap.Create(
        ("Process", process), ("Pid", pid), ("Name", Path.GetFileName(process)), ("LocalAddress", local), ("LocalPort", localPort),
        ("RemoteAddress", remote), ("RemotePort", remotePort), ("Protocol", "TCP"), ("State", state));

    private static List<MetricSample> Samples()
    {
        var samples = new List<MetricSample>();
        for (int i = 0; i < 6; i++)
        {
            samples.Add(new("eth0", "LastUpdateMetric", Counters(i * 10, (i + 1) * 10, 10 * (i + 1), 1000 * (i + 1))));
            samples.Add(new("eth1", "LastUpdateMetric", Counters((i * 10) + 5, (i * 10) + 15, 1, 99)));
        }

        samples.Add(new("eth0", "SFlow.LastUpdateMetric", MetadataMap.Create(("IfInOctets", 5), ("Start", 0L), ("Last", 30_000L))));
        return samples;
    }

    private static Flow[] Updates()
    {
        static Flow Update(string id, string node, int start, int windowStart, int last, long packets, long total, long rtt) => new()
        {
            UUID = id,
            LayersPath = "Ethernet/IPv4/TCP",
            Application = "TCP",
            Network = new() { Protocol = "IPV4", A = "10.0.0.1", B = id == "f3" ? "10.0.0.9" : "10.0.0.2" },
            Transport = new() { Protocol = "TCP", A = 40000, B = 80 },
            Metric = new() { ABPackets = total, ABBytes = total * 100, Start = start * 1000, Last = last * 1000 },
            LastUpdateMetric = windowStart < 0 ? null : new() { ABPackets = packets, ABBytes = packets * 100, Start = windowStart * 1000, Last = last * 1000, RTT = rtt },
            Start = start * 1000,
            Last = last * 1000,
            TrackingID = "t",
            NodeTID = $"tid-{node}",
            RawPacketsCaptured = id switch { "f1" => 2, "f2" => 1, _ => 0 },
        };

        // As a store gives them: the newest update, unless every one is asked for.
        return
        [
            Update("f1", "eth0", 0, 0, 20, 3, 3, 1000), Update("f1", "eth0", 0, 20, 40, 4, 7, 2000), Update("f1", "eth0", 0, 40, 60, 1, 8, 0),
            Update("f2", "eth1", 10, 10, 30, 5, 5, 0), Update("f3", "eth1", 50, -1, 55, 0, 2, 0),
        ];
    }
}
