using System.Globalization;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Metrics;
using Skydive.Contracts.Topology;

namespace Skydive.Storage.Bench;

/// <summary>Interfaces with the metadata and the counters of real ones. The same each time it is made.</summary>
internal sealed class BusyHost
{
    private readonly Random _random = new(7);
    private readonly long[] _lastSampled;

    public BusyHost(int interfaces, long now)
    {
        Nodes = [.. Enumerable.Range(0, interfaces).Select(i => MakeInterface(i, now))];
        Edges = [.. Enumerable.Range(1, interfaces - 1).Select(i => MakeEdge(i, now))];
        _lastSampled = [.. Enumerable.Repeat(now, interfaces)];
    }

    /// <summary>The interfaces as they are.</summary>
    public Node[] Nodes { get; }

    /// <summary>The first interface owns the others.</summary>
    public Edge[] Edges { get; }

    /// <summary>What changes on hosts: states flap, addresses come and go, neighbours are learnt.</summary>
    /// <param name="now">When.</param>
    public Node Change(long now)
    {
        int index = _random.Next(Nodes.Length);
        var node = Nodes[index];
        var metadata = node.Metadata;
        switch (_random.Next(4))
        {
            case 0:
                bool isUp = metadata["State"].AsString == "UP";
                metadata = metadata.With("State", isUp ? "DOWN" : "UP")
                    .With("LinkFlags", MetadataValue.List(isUp ? ["BROADCAST", "MULTICAST"] : new[] { "UP", "BROADCAST", "RUNNING", "MULTICAST", "LOWER_UP" }));
                break;
            case 1:
                metadata = metadata.With("IPV4", MetadataValue.List([$"172.17.{_random.Next(256)}.{_random.Next(256)}/16"]));
                break;
            default:
                metadata = metadata.With("Neighbors", MetadataValue.List([.. Enumerable.Range(0, _random.Next(1, 6)).Select(_ => (MetadataValue)MetadataMap.Create(
                    ("IP", $"172.17.{_random.Next(256)}.{_random.Next(256)}"),
                    ("MAC", $"02:42:ac:{_random.Next(256):x2}:{_random.Next(256):x2}:{_random.Next(256):x2}"),
                    ("IfIndex", index),
                    ("State", MetadataValue.List(["NUD_REACHABLE"]))))]));
                break;
        }

        return Nodes[index] = node.With(metadata, now, node.Revision + 1);
    }

    /// <summary>What each interface counted: two in ten nothing, four a little, three a lot, one in bursts. What counted nothing is left out.</summary>
    /// <param name="start">When the last round was.</param>
    /// <param name="now">When.</param>
    public IReadOnlyList<MetricSample> Sample(long start, long now)
    {
        double daytime = 1.2 + Math.Sin((start % 86_400_000) / 86_400_000.0 * 2 * Math.PI);
        var samples = new MetricSample[Nodes.Length];
        for (int i = 0; i < samples.Length; i++)
        {
            long last = now + _random.Next(-3, 4);
            var builder = new MetadataBuilder().Set("Start", _lastSampled[i]).Set("Last", last);
            _lastSampled[i] = last;
            long packets = (i % 10) switch
            {
                0 or 1 => 0,
                2 or 3 or 4 or 5 => _random.Next((int)(60 * daytime)),
                6 or 7 or 8 => (long)(300_000 * daytime * (0.7 + (0.6 * _random.NextDouble()))),
                _ => _random.Next(50) == 0 ? _random.Next(3_000_000) : _random.Next(3),
            };
            Set(builder, "RxPackets", packets);
            Set(builder, "RxBytes", packets * _random.Next(80, 1200));
            Set(builder, "TxPackets", (long)(packets * (0.4 + _random.NextDouble())));
            Set(builder, "TxBytes", packets * _random.Next(60, 900));
            Set(builder, "Multicast", packets > 0 && _random.Next(10) == 0 ? _random.Next(1, 4) : 0);
            Set(builder, "RxDropped", packets > 100_000 && _random.Next(20) == 0 ? _random.Next(200) : 0);
            samples[i] = new(Nodes[i].Id, MetricSample.LastUpdate, builder.Build());
        }

        return samples;
    }

    private static void Set(MetadataBuilder builder, string key, long value)
    {
        if (value != 0)
        {
            builder.Set(key, value);
        }
    }

    private static string Identify(string kind, int index) =>
        new Guid(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(kind + index.ToString(CultureInfo.InvariantCulture))).AsSpan(0, 16)).ToString("D");

    private static Node MakeInterface(int index, long now)
    {
        string hex = index.ToString("x4", CultureInfo.InvariantCulture);
        return new()
        {
            Id = Identify("node", index),
            Host = "compute-17.example.org",
            Origin = "agent.compute-17.example.org",
            CreatedAt = now,
            UpdatedAt = now,
            Revision = 1,
            Metadata = MetadataMap.Create(
                ("Name", $"veth{hex}"),
                ("Type", "veth"),
                ("TID", Identify("tid", index)),
                ("IfIndex", index),
                ("MAC", $"02:42:ac:11:{hex[..2]}:{hex[2..]}"),
                ("MTU", 1500),
                ("Driver", "veth"),
                ("EncapType", "ether"),
                ("State", "UP"),
                ("LinkFlags", MetadataValue.List(["UP", "BROADCAST", "RUNNING", "MULTICAST", "LOWER_UP"])),
                ("IPV4", MetadataValue.List([$"172.17.{index % 250}.{(index / 250) + 1}/16"])),
                ("IPV6", MetadataValue.List([$"fe80::42:acff:fe11:{hex}/64"])),
                ("PeerIntfMAC", $"02:42:ac:12:{hex[..2]}:{hex[2..]}"),
                ("Features", MetadataMap.Create(
                    ("rx-checksum", true), ("tx-checksum-ip-generic", true), ("tx-generic-segmentation", true), ("rx-gro", true), ("rx-vlan-filter", false), ("highdma", true)))),
        };
    }

    private static Edge MakeEdge(int index, long now) => new()
    {
        Id = Identify("edge", index),
        Parent = Identify("node", 0),
        Child = Identify("node", index),
        Host = "compute-17.example.org",
        Origin = "agent.compute-17.example.org",
        CreatedAt = now,
        UpdatedAt = now,
        Revision = 1,
        Metadata = MetadataMap.Create(("RelationType", "ownership")),
    };
}
