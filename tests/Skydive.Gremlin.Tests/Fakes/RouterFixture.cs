using Skydive.Contracts.Metadata;
using Skydive.Graph;

namespace Skydive.Gremlin.Tests.Fakes;

/// <summary>Nodes with routes and neighbours.</summary>
internal static class RouterFixture
{
    public static FakeSource Make()
    {
        var graph = new LiveGraph("lab", "agent.lab", new FixedTime(Fixtures.Now));
        graph.Write(static t =>
        {
            t.AddNode("r1", MetadataMap.Create(
                ("Neighbors", MetadataValue.List(
                    Neighbor("10.16.0.2", "fa:16:3e:c1:e8:d0", 7), Neighbor("10.16.0.2", "fa:16:3e:c1:e8:d1", 2), Neighbor("10.16.0.9", "fa:16:3e:00:00:09", 5), Neighbor("fe80::1", "fa:16:3e:00:00:06", 2))),
                ("RoutingTables", MetadataValue.List(Table(
                    254,
                    Route("0.0.0.0/0", Hop("10.16.0.1", 2, 100)),
                    Route("192.168.0.0/16", Hop("10.16.0.2", 2)),
                    Route("192.168.7.0/24", Hop("10.16.0.7", 3)),
                    Route("172.16.0.0/12", Hop("10.16.0.3", 2, 20), Hop("10.16.0.4", 2, 10)),
                    Route("10.16.0.0/24", Hop(null, 5)),
                    Route("2001:db8::/32", Hop("fe80::1", 2, 1024)))))));
            t.AddNode("r2", MetadataMap.Create(("RoutingTables", MetadataValue.List(
                Table(2, Route("10.0.0.0/30", Hop("10.9.9.1", 4))),
                Table(254, Route(null, Hop("10.9.9.8", 2)), Route("10.0.0.0/24", Hop("10.9.9.9", 2))),
                Table(255, Route("10.0.0.1/32", Hop(null, 1)))))));
            t.AddNode("plain", MetadataMap.Create(("Name", "plain")));
        });
        return new(graph.Current);
    }

    private static MetadataValue Neighbor(string address, string mac, int index) => MetadataMap.Create(("IP", address), ("MAC", mac), ("IfIndex", index));

    private static MetadataValue Table(int id, params MetadataValue[] routes) => MetadataMap.Create(("ID", id), ("Routes", MetadataValue.List(routes)));

    private static MetadataValue Route(string? prefix, params MetadataValue[] hops)
    {
        var route = new MetadataBuilder().Set("Protocol", 2).Set("NextHops", MetadataValue.List(hops));
        return route.SetIfNotNull("Prefix", prefix).Build();
    }

    private static MetadataValue Hop(string? address, int index, int priority = 0) =>
        new MetadataBuilder().Set("Priority", priority).Set("IfIndex", index).SetIfNotNull("IP", address).Build();
}
