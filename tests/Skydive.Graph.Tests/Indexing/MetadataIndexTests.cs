using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Graph.Events;
using Skydive.Graph.Indexing;

namespace Skydive.Graph.Tests.Indexing;

public sealed class MetadataIndexTests : IDisposable
{
    private readonly LiveGraph _graph = new("h", "o", new ManualTime());
    private readonly GraphSubscription _subscription;

    public MetadataIndexTests() => _subscription = _graph.Subscribe();

    public void Dispose() => _subscription.Dispose();

    [Fact]
    public void Find_NodesThatPassTheFilter_AreFoundByValue()
    {
        var index = new MetadataIndex(Filter.And(new ExistsFilter("TID"), new ExistsFilter("MAC")), "MAC");
        Add("1", ("MAC", "00:11:22:33:44:55"), ("TID", "123"));
        Add("2", ("MAC", "55:44:33:22:11:00"), ("TID", "321"));
        Add("3", ("MAC", "01:23:45:67:89:00"), ("TID", "456"));
        Add("4", ("MAC", "55:44:33:22:11:00"), ("TID", "456"));
        Add("5", ("MAC", "55:44:33:22:11:00"));
        Follow(index);

        Assert.Equal("123", Assert.Single(index.Find("00:11:22:33:44:55")).TID);
        Assert.Equal(["2", "4"], Ids(index.Find("55:44:33:22:11:00")));
        Assert.Empty(index.Find("55:44:33:22:11:01"));
        Assert.Equal(4, index.Count);
    }

    [Fact]
    public void Find_SeveralFields_MustAllHaveTheirValue()
    {
        const string Labels = "Container.Labels.io.kubernetes.";
        var index = new MetadataIndex(Filter.Equal("Manager", "docker"), Labels + "pod.namespace", Labels + "pod.name", Labels + "container.name");
        Add("1", ("Manager", "docker"), (Labels + "container.name", "mycontainer"), (Labels + "pod.name", "mypod"), (Labels + "pod.namespace", "kube-system"));
        Add("2", ("Manager", "docker"), (Labels + "container.name", "mycontainer"), (Labels + "pod.name", "mypod"));
        Follow(index);

        Assert.Equal(["1"], Ids(index.Find("kube-system", "mypod", "mycontainer")));
        Assert.Empty(index.Find("kube-system", "mypod", "other"));
    }

    [Fact]
    public void Find_ListsOfMaps_GiveAnEntryForEachAndLoseItWhenItGoes()
    {
        var index = new MetadataIndex(null, "VFS.MAC");
        Add("1", ("VFS", Vfs("00:11:22:33:44:55", "01:23:45:67:89:ab")));
        Follow(index);
        Assert.Equal(["1"], Ids(index.Find("00:11:22:33:44:55")));
        Assert.Equal(["1"], Ids(index.Find("01:23:45:67:89:ab")));

        Set("1", ("VFS", Vfs("00:11:22:33:44:55")));
        Follow(index);
        Assert.Equal(["1"], Ids(index.Find("00:11:22:33:44:55")));
        Assert.Empty(index.Find("01:23:45:67:89:ab"));

        Set("1", ("Name", "vf1"));
        Follow(index);
        Assert.Empty(index.Find("00:11:22:33:44:55"));
        Assert.Equal(0, index.Count);
    }

    [Fact]
    public void Find_SeveralLists_EveryCombinationCountsUpToALimit()
    {
        var index = new MetadataIndex(null, "A", "B");
        Add("1", ("A", MetadataValue.List([1, 2])), ("B", MetadataValue.List([3, 4])));
        Add("2", ("A", MetadataValue.List(Enumerable.Range(0, 100).Select(static i => (MetadataValue)i))), ("B", MetadataValue.List(Enumerable.Range(0, 100).Select(static i => (MetadataValue)i))));
        Follow(index);

        Assert.Equal(["1"], Ids(index.Find(2, 3)));
        Assert.Equal(["1"], Ids(index.Find(1, 4)));
        Assert.Equal(1, index.Count);
    }

    [Fact]
    public void Apply_NodeDeletedOrResynchronized_IsForgotten()
    {
        var index = new MetadataIndex(null, "Name");
        Add("1", ("Name", "a"));
        Add("2", ("Name", "b"));
        Follow(index);
        _graph.Write(static transaction => transaction.DeleteNode("1"));
        Follow(index);
        Assert.Empty(index.Find("a"));

        index.Apply(new(null, new LiveGraph("h", "o").Current, 7));
        Assert.Equal(0, index.Count);
    }

    [Fact]
    public void Find_GivesTheNewestRevision()
    {
        var index = new MetadataIndex(null, "Name");
        Add("1", ("Name", "a"));
        Set("1", ("Name", "a"), ("State", "UP"));
        Follow(index);

        Assert.Equal("UP", Assert.Single(index.Find("a")).GetText("State"));
    }

    private static MetadataValue Vfs(params string[] macs) => MetadataValue.List(macs.Select(static mac => (MetadataValue)MetadataMap.Create(("MAC", mac))));

    private static IEnumerable<string> Ids(IEnumerable<Skydive.Contracts.Topology.Node> nodes) => nodes.Select(static node => node.Id).Order(StringComparer.Ordinal);

    private void Add(string id, params (string Key, MetadataValue Value)[] metadata) => _graph.Write(transaction => transaction.AddNode(id, MetadataMap.Create(metadata)));

    private void Set(string id, params (string Key, MetadataValue Value)[] metadata) =>
        _graph.Write(transaction => transaction.SetMetadata(transaction.FindNode(id)!, MetadataMap.Create(metadata)));

    private void Follow(MetadataIndex index)
    {
        while (_subscription.TryRead(out var change))
        {
            index.Apply(change);
        }
    }
}
