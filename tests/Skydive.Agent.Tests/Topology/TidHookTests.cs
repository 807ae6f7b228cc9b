using Skydive.Agent.Topology;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;
using Skydive.Graph;

namespace Skydive.Agent.Tests.Topology;

public sealed class TidHookTests
{
    private const string HostTid = "8f253c51-a9fe-5a4b-533c-8b28abe7935a";
    private const string NamespaceTid = "c24f5f56-5c2f-5b09-5b1a-5fe57735db18";
    private const string LinkTid = "9b8ecef3-d828-51d0-419a-bda7ed30a3fa";

    private readonly LiveGraph _graph = new("lab", "agent.lab", null, new TidHook());

    public TidHookTests() => _graph.Write(transaction =>
    {
        transaction.AddNode("host", Metadata("lab", "host"));
        transaction.AddNode("ns1", Metadata("ns1", "netns").With("Path", "/var/run/netns/ns1"));
        transaction.AddNode("eth0", Metadata("eth0", "veth"));
        transaction.SetOwner("ns1", "eth0");
        transaction.SetOwner("host", "ns1");
    });

    [Theory]
    [InlineData("host", HostTid)]
    [InlineData("ns1", NamespaceTid)]
    [InlineData("eth0", LinkTid)]
    public void BeforeCommit_NodesOfSkydivesLab_HaveSkydivesTids(string id, string expected) => Assert.Equal(expected, Tid(id));

    [Fact]
    public void BeforeCommit_NewNode_HasItsTidInItsFirstRevision() => Assert.Equal(1, _graph.Current.FindNode("eth0")!.Revision);

    [Fact]
    public void BeforeCommit_Rename_ChangesTheTidInTheSameRevision()
    {
        Rename("eth0", "lan0");

        Assert.Equal(Identifiers.Derive(NamespaceTid, "lan0", "veth"), Tid("eth0"));
        Assert.Equal(2, _graph.Current.FindNode("eth0")!.Revision);

        Rename("eth0", "eth0");
        Assert.Equal(LinkTid, Tid("eth0"));
    }

    [Fact]
    public void BeforeCommit_OwnerChanges_ChangesTheTidsOfAllBelow()
    {
        _graph.Write(transaction =>
        {
            transaction.AddNode("vlan", Metadata("eth0.5", "vlan"));
            transaction.SetOwner("eth0", "vlan");
        });
        string before = Tid("vlan")!;

        var commit = _graph.Write(transaction => transaction.Set(transaction.FindNode("host")!, "Name", "other"))!;

        string host = Identifiers.Derive("other");
        string networkNamespace = Identifiers.Derive(host, "/var/run/netns/ns1", "netns");
        string link = Identifiers.Derive(networkNamespace, "eth0", "veth");
        Assert.Equal([host, networkNamespace, link, Identifiers.Derive(link, "eth0.5", "vlan")], new[] { "host", "ns1", "eth0", "vlan" }.Select(Tid));
        Assert.NotEqual(before, Tid("vlan"));
        Assert.Equal(4, commit.Events.Count);
    }

    [Fact]
    public void BeforeCommit_NodeMoves_HasTheTidOfItsNewPlace()
    {
        _graph.Write(transaction => transaction.SetOwner("host", "eth0"));
        Assert.Equal(Identifiers.Derive(HostTid, "eth0", "veth"), Tid("eth0"));

        _graph.Write(transaction => transaction.SetOwner("ns1", "eth0"));
        Assert.Equal(LinkTid, Tid("eth0"));
    }

    [Fact]
    public void BeforeCommit_OwnershipEnds_TakesTheTidAwayFromAllBelow()
    {
        _graph.Write(static transaction => transaction.Unlink("host", "ns1", RelationTypes.Ownership));

        Assert.Null(Tid("ns1"));
        Assert.Null(Tid("eth0"));
        Assert.Equal(HostTid, Tid("host"));
    }

    [Fact]
    public void BeforeCommit_OpenVSwitch_FollowsFromHostAndUuid()
    {
        _graph.Write(transaction =>
        {
            transaction.AddNode("bridge", Metadata("br-int", "ovsbridge").With("UUID", "u1"));
            transaction.AddNode("port", Metadata("tap0", "ovsport").With("UUID", "u2"));
            transaction.SetOwner("host", "bridge");
            transaction.SetOwner("bridge", "port");
        });
        Assert.Equal(Identifiers.Derive(HostTid, "u1", "ovsbridge"), Tid("bridge"));
        Assert.Equal(Identifiers.Derive(HostTid, "u2", "ovsport"), Tid("port"));

        string before = Tid("port")!;
        Rename("bridge", "br-ext");
        Assert.Equal(before, Tid("port"));
    }

    [Fact]
    public void BeforeCommit_OwnersInACircle_HaveNoTidAndEnd()
    {
        _graph.Write(transaction =>
        {
            transaction.AddNode("a", Metadata("a", "device"));
            transaction.AddNode("b", Metadata("b", "device"));
            transaction.SetOwner("host", "a");
            transaction.SetOwner("a", "b");
        });
        Assert.NotNull(Tid("b"));

        _graph.Write(transaction => transaction.SetOwner("b", "a"));

        Assert.Null(Tid("a"));
        Assert.Null(Tid("b"));
    }

    [Fact]
    public void BeforeCommit_OtherMetadata_LeavesTheTid()
    {
        _graph.Write(transaction => transaction.Set(transaction.FindNode("eth0")!, "MTU", 1400));

        Assert.Equal(LinkTid, Tid("eth0"));
    }

    private static MetadataMap Metadata(string name, string type) => MetadataMap.Create(("Name", name), ("Type", type));

    private string? Tid(string id) => _graph.Current.FindNode(id)!.TID;

    private void Rename(string id, string name) => _graph.Write(transaction => transaction.Set(transaction.FindNode(id)!, "Name", name));
}
