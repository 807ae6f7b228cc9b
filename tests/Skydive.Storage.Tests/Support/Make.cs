using System.Globalization;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;

namespace Skydive.Storage.Tests.Support;

/// <summary>Nodes, edges and flows for tests.</summary>
internal static class Make
{
    public const string Origin = "agent.host1";

    public static Node Node(string id, long createdAt, long? updatedAt = null, long revision = 1, string name = "eth0", long? deletedAt = null, string origin = Origin) => new()
    {
        Id = id,
        Metadata = MetadataMap.Create(("Name", name), ("Type", "veth")),
        Host = "host1",
        Origin = origin,
        CreatedAt = createdAt,
        UpdatedAt = updatedAt ?? createdAt,
        Revision = revision,
        DeletedAt = deletedAt,
    };

    public static Edge Edge(string id, string parent, string child, long createdAt, long? updatedAt = null, long revision = 1, long? deletedAt = null) => new()
    {
        Id = id,
        Parent = parent,
        Child = child,
        Metadata = MetadataMap.Create(("RelationType", "ownership")),
        Host = "host1",
        Origin = Origin,
        CreatedAt = createdAt,
        UpdatedAt = updatedAt ?? createdAt,
        Revision = revision,
        DeletedAt = deletedAt,
    };

    public static GraphBatch Batch(params GraphElement[] elements) => new(elements);

    public static Flow Flow(string uuid, long start, long last, long packets = 1, string nodeTid = "tid-1", string tracking = "t") => new()
    {
        UUID = uuid,
        LayersPath = "Ethernet/IPv4/TCP",
        Application = "TCP",
        Network = new() { Protocol = "IPV4", A = "10.0.0.1", B = "10.0.0.2" },
        Transport = new() { Protocol = "TCP", A = 40000, B = 443 },
        Metric = new() { ABPackets = packets, ABBytes = packets * 100, Start = start, Last = last },
        Start = start,
        Last = last,
        NodeTID = nodeTid,
        TrackingID = tracking,
    };

    /// <summary>A node with the metadata of a network interface as the netlink probe makes them.</summary>
    public static Node Interface(int index, long createdAt, long? updatedAt = null, long revision = 1, string state = "UP")
    {
        string hex = index.ToString("x4", CultureInfo.InvariantCulture);
        return new()
        {
            Id = $"5fd4e3f1-0b5c-41ae-9b7a-0123456{hex[..1]}{hex}",
            Host = "compute-17.example.org",
            Origin = "agent.compute-17.example.org",
            CreatedAt = createdAt,
            UpdatedAt = updatedAt ?? createdAt,
            Revision = revision,
            Metadata = MetadataMap.Create(
                ("Name", $"veth{hex}"),
                ("Type", "veth"),
                ("TID", $"8d2a7c60-6c1b-51d8-5f0e-00000000{hex}"),
                ("IfIndex", index),
                ("MAC", $"02:42:ac:11:{hex[..2]}:{hex[2..]}"),
                ("MTU", 1500),
                ("Driver", "veth"),
                ("EncapType", "ether"),
                ("State", state),
                ("LinkFlags", MetadataValue.List(["UP", "BROADCAST", "RUNNING", "MULTICAST", "LOWER_UP"])),
                ("IPV4", MetadataValue.List([$"172.17.{index % 250}.{(index / 250) + 1}/16"])),
                ("IPV6", MetadataValue.List([$"fe80::42:acff:fe11:{hex}/64"])),
                ("BusInfo", string.Empty),
                ("LinkMode", "DEFAULT"),
                ("ParentIndex", index - 1),
                ("PeerIntfMAC", $"02:42:ac:12:{hex[..2]}:{hex[2..]}"),
                ("Features", MetadataMap.Create(
                    ("rx-checksum", true), ("tx-checksum-ip-generic", true), ("tx-generic-segmentation", true), ("rx-gro", true), ("rx-vlan-filter", false), ("highdma", true))),
                ("RoutingTables", MetadataValue.List(MetadataMap.Create(
                    ("ID", 254),
                    ("Routes", MetadataValue.List(MetadataMap.Create(
                        ("Prefix", "0.0.0.0/0"), ("Protocol", 3), ("NextHops", MetadataValue.List(MetadataMap.Create(("IP", "172.17.0.1"), ("IfIndex", index), ("Priority", 100))))))))))),
        };
    }

    /// <summary>Flows as a capture of many conversations yields them.</summary>
    public static IReadOnlyList<Flow> Flows(int count, int seed, long time)
    {
        var random = new Random(seed);
        var flows = new Flow[count];
        for (int i = 0; i < count; i++)
        {
            long start = time - random.Next(600_000);
            long last = Math.Max(start, time - random.Next(60_000));
            int packets = random.Next(1, 500);
            flows[i] = new()
            {
                UUID = random.NextInt64().ToString("x", CultureInfo.InvariantCulture),
                LayersPath = "Ethernet/IPv4/TCP",
                Application = "TCP",
                Link = new() { Protocol = "ETHERNET", A = "02:42:ac:11:00:02", B = $"02:42:ac:11:00:{random.Next(256):x2}" },
                Network = new() { Protocol = "IPV4", A = $"172.17.{random.Next(4)}.{random.Next(256)}", B = $"10.0.{random.Next(4)}.{random.Next(256)}" },
                Transport = new() { Protocol = "TCP", A = random.Next(32768, 61000), B = random.Next(4) == 0 ? 80 : 443 },
                Metric = new() { ABPackets = packets, ABBytes = packets * 611L, BAPackets = packets / 2, BABytes = packets * 90L, Start = start, Last = last },
                LastUpdateMetric = new() { ABPackets = packets / 3, ABBytes = packets * 200L, BAPackets = packets / 6, BABytes = packets * 30L, Start = last - 30_000, Last = last },
                Start = start,
                Last = last,
                TrackingID = random.NextInt64().ToString("x", CultureInfo.InvariantCulture),
                L3TrackingID = random.NextInt64().ToString("x", CultureInfo.InvariantCulture),
                NodeTID = "8d2a7c60-6c1b-51d8-5f0e-000000000001",
                CaptureID = "0c0fe2bd-4e3c-4b8b-9d0a-6f1f8f8a1a11",
                FinishType = FinishType.NotFinished,
            };
        }

        return flows;
    }
}
