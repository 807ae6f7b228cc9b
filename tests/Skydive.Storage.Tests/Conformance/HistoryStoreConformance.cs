using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Storage.Tests.Support;

namespace Skydive.Storage.Tests.Conformance;

/// <summary>What every history store does, whatever it keeps its data in.</summary>
public abstract partial class HistoryStoreConformance
{
    private static CancellationToken None => TestContext.Current.CancellationToken;

    [Fact]
    public async Task GetGraph_EmptyStore_IsEmpty()
    {
        await using var store = Open();
        var view = await store.GetGraphAsync(TimeSlice.At(5), None);
        Assert.Equal(0, view.NodeCount);
        Assert.Equal(0, view.EdgeCount);
        Assert.Equal(TimeSlice.At(5), view.Slice);
        Assert.Empty(await store.SearchFlowsAsync(new(), None));
        Assert.Empty(await store.GetResourcesAsync("capture", None));
        Assert.Empty((await store.GetLiveElementsAsync(None)).Nodes);
        Assert.Equal(new HistoryStatistics(), await store.GetStatisticsAsync(None));
    }

    [Fact]
    public async Task GetGraph_RevisionAtItsOwnTime_IsComplete()
    {
        await using var store = Open();
        var node = Make.Interface(7, 100);
        var edge = Make.Edge("e", node.Id, node.Id, 100);
        await store.AppendAsync(Make.Batch(node, edge), None);
        var view = await store.GetGraphAsync(TimeSlice.At(100), None);
        Assert.Equal([node.Describe(), edge.Describe()], view.Describe());
        Assert.Equal(edge.Describe(), Assert.Single(view.GetEdges(view.FindNode(node.Id)!, EdgeDirection.Out)).Describe());
    }

    [Fact]
    public async Task Append_Update_ClosesThePreviousRevision()
    {
        await using var store = Open();
        await store.AppendAsync(Make.Batch(Make.Node("n", 10, name: "a")), None);
        await store.AppendAsync(Make.Batch(Make.Node("n", 10, 20, 2, "b")), None);
        var all = (await store.GetGraphAsync(new(0, 100), None)).GetNodes().ToList();
        Assert.Equal([1, 2], all.Select(static node => node.Revision));
        Assert.Equal([20, null], all.Select(static node => node.ArchivedAt));
        Assert.All(all, static node => Assert.Null(node.DeletedAt));
        Assert.Equal(["a", "b"], all.Select(static node => node.Name));
    }

    [Fact]
    public async Task Append_Deletion_ClosesWithDeletedAtEqualToArchivedAt()
    {
        await using var store = Open();
        await store.AppendAsync(Make.Batch(Make.Node("n", 10)), None);
        await store.AppendAsync(Make.Batch(Make.Node("n", 10, deletedAt: 30)), None);
        var node = Assert.Single((await store.GetGraphAsync(new(0, 100), None)).GetNodes());
        Assert.Equal(30, node.DeletedAt);
        Assert.Equal(30, node.ArchivedAt);
        Assert.Empty((await store.GetLiveElementsAsync(None)).Nodes);
    }

    [Theory]
    [InlineData(9, "")]
    [InlineData(10, "n:1")]
    [InlineData(19, "n:1")]
    [InlineData(20, "n:2")]
    [InlineData(29, "n:2")]
    [InlineData(30, "")]
    [InlineData(31, "")]
    [InlineData(39, "")]
    [InlineData(40, "n:1")]
    [InlineData(long.MaxValue, "n:1")]
    [InlineData(long.MinValue, "")]
    public async Task GetGraph_Point_ShowsTheEndOfTheMillisecond(long at, string expected)
    {
        await using var store = Open();
        await store.AppendAsync(
            Make.Batch(Make.Node("n", 10), Make.Node("n", 10, 20, 2), Make.Node("n", 10, 20, 2, deletedAt: 30), Make.Node("n", 40)), None);
        var view = await store.GetGraphAsync(TimeSlice.At(at), None);
        Assert.Equal(expected.Length == 0 ? [] : [expected], view.NodeRevisions());
    }

    [Theory]
    [InlineData(0, 9, "")]
    [InlineData(0, 10, "n:1")]
    [InlineData(11, 19, "n:1")]
    [InlineData(11, 20, "n:1 n:2")]
    [InlineData(20, 25, "n:1 n:2")]
    [InlineData(21, 25, "n:2")]
    [InlineData(30, 35, "n:2")]
    [InlineData(31, 39, "")]
    [InlineData(31, 40, "n:1")]
    [InlineData(0, 50, "n:1 n:2 n:1")]
    [InlineData(long.MinValue, long.MaxValue, "n:1 n:2 n:1")]
    [InlineData(50, 0, "")]
    public async Task GetGraph_Span_ShowsEveryRevisionWithBothEndsIncluded(long start, long last, string expected)
    {
        await using var store = Open();
        await store.AppendAsync(
            Make.Batch(Make.Node("n", 10), Make.Node("n", 10, 20, 2), Make.Node("n", 10, 20, 2, deletedAt: 30), Make.Node("n", 40)), None);
        var view = await store.GetGraphAsync(new(start, last), None);
        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries), view.NodeRevisions());
    }

    [Fact]
    public async Task GetGraph_SeveralRevisionsInOneMillisecond_PointShowsTheLastAndSpanShowsAll()
    {
        await using var store = Open();
        await store.AppendAsync(Make.Batch(Make.Node("n", 10, name: "a"), Make.Node("n", 10, 10, 2, "b"), Make.Node("n", 10, 10, 3, "c")), None);
        Assert.Equal(["n:3"], (await store.GetGraphAsync(TimeSlice.At(10), None)).NodeRevisions());
        Assert.Equal(["n:3"], (await store.GetGraphAsync(TimeSlice.At(11), None)).NodeRevisions());
        Assert.Equal(["n:1", "n:2", "n:3"], (await store.GetGraphAsync(new(9, 11), None)).NodeRevisions());
        Assert.Equal(["n:3"], (await store.GetGraphAsync(new(11, 12), None)).NodeRevisions());
    }

    [Fact]
    public async Task GetGraph_MadeAndDeletedInOneMillisecond_IsInTheSpanOnly()
    {
        await using var store = Open();
        await store.AppendAsync(Make.Batch(Make.Node("n", 10), Make.Node("n", 10, deletedAt: 10)), None);
        Assert.Empty((await store.GetGraphAsync(TimeSlice.At(10), None)).GetNodes());
        Assert.Equal(["n:1"], (await store.GetGraphAsync(new(10, 11), None)).NodeRevisions());
        Assert.Empty((await store.GetGraphAsync(new(11, 12), None)).GetNodes());
    }

    [Fact]
    public async Task Append_DeletedAndMadeAnewInOneMillisecond_IsAlive()
    {
        await using var store = Open();
        await store.AppendAsync(Make.Batch(Make.Node("n", 10, name: "a"), Make.Node("n", 10, 10, 2, "b")), None);
        await store.AppendAsync(Make.Batch(Make.Node("n", 10, 10, 2, "b", deletedAt: 10)), None);
        await store.AppendAsync(Make.Batch(Make.Node("n", 10, name: "c")), None);
        Assert.Equal("c", Assert.Single((await store.GetLiveElementsAsync(None)).Nodes).Name);
        Assert.Equal("c", Assert.Single((await store.GetGraphAsync(TimeSlice.At(10), None)).GetNodes()).Name);
    }

    [Fact]
    public async Task Append_SameBatchAgain_ChangesNothing()
    {
        await using var store = Open();
        var batch = Make.Batch(
            Make.Node("n", 10, name: "a"),
            Make.Node("n", 10, 10, 2, "b"),
            Make.Node("m", 12),
            Make.Edge("e", "n", "m", 12),
            Make.Node("n", 10, 20, 3, "c"),
            Make.Edge("e", "n", "m", 12, deletedAt: 25),
            Make.Node("n", 10, 20, 3, "c", deletedAt: 25),
            Make.Node("n", 40, name: "d"),
            Make.Edge("gone", "x", "y", 5, deletedAt: 41));
        await store.AppendAsync(batch, None);
        var before = (await store.GetGraphAsync(new(0, 100), None)).Describe();
        Assert.Equal(7, before.Count);
        await store.AppendAsync(batch, None);
        await store.AppendAsync(batch, None);
        Assert.Equal(before, (await store.GetGraphAsync(new(0, 100), None)).Describe());
    }

    [Fact]
    public async Task Append_RepeatedPrefix_DoesNotBringBackOldRevisions()
    {
        await using var store = Open();
        await store.AppendAsync(Make.Batch(Make.Node("n", 10), Make.Node("n", 10, 10, 2), Make.Node("n", 10, 20, 3)), None);
        await store.AppendAsync(Make.Batch(Make.Node("n", 10), Make.Node("n", 10, 10, 2)), None);
        Assert.Equal(3, Assert.Single((await store.GetLiveElementsAsync(None)).Nodes).Revision);
        Assert.Equal(["n:1", "n:2", "n:3"], (await store.GetGraphAsync(new(0, 100), None)).NodeRevisions());
    }

    [Fact]
    public async Task Append_ElementComesBackInTheSameRevision_WasNeverGone()
    {
        await using var store = Open();
        await store.AppendAsync(Make.Batch(Make.Node("n", 10), Make.Node("n", 10, 20, 2)), None);
        await store.AppendAsync(Make.Batch(Make.Node("n", 10, 20, 2, deletedAt: 30)), None);
        await store.AppendAsync(Make.Batch(Make.Node("n", 10, 20, 2)), None);
        var node = Assert.Single((await store.GetLiveElementsAsync(None)).Nodes);
        Assert.Equal(2, node.Revision);
        Assert.Null(node.DeletedAt);
        Assert.Equal(["n:2"], (await store.GetGraphAsync(TimeSlice.At(35), None)).NodeRevisions());
        Assert.Equal(["n:1", "n:2"], (await store.GetGraphAsync(new(0, 100), None)).NodeRevisions());
    }

    [Fact]
    public async Task Append_DeletionOfAnUnknownElement_KeepsWhatIsKnown()
    {
        await using var store = Open();
        await store.AppendAsync(Make.Batch(Make.Node("n", 10, 20, 4, deletedAt: 30)), None);
        Assert.Empty((await store.GetLiveElementsAsync(None)).Nodes);
        Assert.Equal(["n:4"], (await store.GetGraphAsync(TimeSlice.At(25), None)).NodeRevisions());
        Assert.Empty((await store.GetGraphAsync(TimeSlice.At(30), None)).GetNodes());
    }

    [Fact]
    public async Task Append_DeletionOfARevisionThatWasNotKept_ClosesTheElement()
    {
        // Counters tick in transient commits, which history does not see, and bump the revision.
        await using var store = Open();
        await store.AppendAsync(Make.Batch(Make.Node("n", 10)), None);
        await store.AppendAsync(Make.Batch(Make.Node("n", 10, 29, 9, deletedAt: 30)), None);
        var node = Assert.Single((await store.GetGraphAsync(new(0, 100), None)).GetNodes());
        Assert.Equal(1, node.Revision);
        Assert.Equal(30, node.DeletedAt);
    }

    [Fact]
    public async Task Append_ClockOfTheHostWentBack_ShowsOneRevisionAtEachPoint()
    {
        await using var store = Open();
        await store.AppendAsync(Make.Batch(Make.Node("n", 50, name: "a")), None);
        await store.AppendAsync(Make.Batch(Make.Node("n", 40, 40, 1, "b")), None);
        await store.AppendAsync(Make.Batch(Make.Node("n", 40, 40, 1, "b", deletedAt: 30)), None);
        var all = (await store.GetGraphAsync(new(0, 100), None)).GetNodes().ToList();
        Assert.All(all, static node => Assert.True(node.ArchivedAt >= node.UpdatedAt));
        for (long at = 0; at < 60; at++)
        {
            Assert.InRange((await store.GetGraphAsync(TimeSlice.At(at), None)).NodeCount, 0, 1);
        }
    }

    [Fact]
    public async Task Append_NodeAndEdgeWithOneIdentifier_AreTwoElements()
    {
        await using var store = Open();
        await store.AppendAsync(Make.Batch(Make.Node("x", 10), Make.Edge("x", "x", "x", 10), Make.Edge("x", "x", "x", 10, deletedAt: 20)), None);
        var live = await store.GetLiveElementsAsync(None);
        Assert.Single(live.Nodes);
        Assert.Empty(live.Edges);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a'b\"c--;")]
    [InlineData("日本語 😀")]
    [InlineData("line\nbreak")]
    public async Task Append_OddTexts_ComeBackAsTheyWere(string text)
    {
        await using var store = Open();
        var node = new Node
        {
            Id = "id " + text,
            Host = text,
            Origin = text,
            CreatedAt = 1,
            UpdatedAt = 1,
            Metadata = MetadataMap.Create(("Name", text), ("k" + text, MetadataValue.List([text]))),
        };
        await store.AppendAsync(Make.Batch(node), None);
        Assert.Equal(node.Describe(), Assert.Single((await store.GetLiveElementsAsync(None)).Nodes).Describe());
    }

    [Theory]
    [InlineData("a\0b")]
    [InlineData("\uD800")]
    public async Task Append_TextThatNoDatabaseHolds_IsKeptInSomeForm(string text)
    {
        await using var store = Open();
        var node = new Node { Id = text, Host = text, Origin = text, CreatedAt = 1, UpdatedAt = 1, Metadata = MetadataMap.Create((text, text)) };
        await store.AppendAsync(Make.Batch(node, Make.Node("other", 1)), None);
        await store.AppendAsync(Make.Batch(node, Make.Node("other", 1)), None);
        Assert.Equal(2, (await store.GetLiveElementsAsync(None)).Nodes.Count);
    }

    [Fact]
    public async Task Append_MetadataOfAllKinds_ComeBackThroughManyRevisions()
    {
        await using var store = Open();
        var random = new Random(17);
        var expected = new List<string>();
        var metadata = RandomMetadata.Map(random, 0);
        for (int revision = 1; revision <= 200; revision++)
        {
            metadata = random.Next(20) == 0 ? RandomMetadata.Map(random, 0) : RandomMetadata.Change(random, metadata);
            var node = new Node { Id = "n", CreatedAt = 1, UpdatedAt = revision, Revision = revision, Metadata = metadata };
            await store.AppendAsync(Make.Batch(node), None);
            expected.Add(metadata.ToString());
        }

        var view = await store.GetGraphAsync(new(0, 1000), None);
        Assert.Equal(expected, view.GetNodeRevisions("n").Select(static node => node.Metadata.ToString()));
    }

    [Fact]
    public async Task GetGraph_RandomHistory_EqualsTheDefinition()
    {
        await using var store = Open();
        var random = new Random(4711);
        var model = new List<GraphElement>();
        var open = new Dictionary<string, int>();
        long now = 1_000_000;
        for (int step = 0; step < 2000; step++)
        {
            now += random.Next(4) == 0 ? 0 : 1L << random.Next(16);
            string id = $"n{random.Next(25)}";
            GraphElement change;
            if (!open.TryGetValue(id, out int index))
            {
                change = Make.Node(id, now, name: $"s{step}");
            }
            else if (random.Next(5) == 0)
            {
                change = ((Node)model[index]).With(deletedAt: now);
            }
            else
            {
                change = ((Node)model[index]).With(MetadataMap.Create(("Name", $"s{step}")), now, model[index].Revision + 1);
            }

            if (open.Remove(id))
            {
                model[index] = ((Node)model[index]).With(deletedAt: change.DeletedAt, archivedAt: now);
            }

            if (change.DeletedAt is null)
            {
                // A second life that begins in the millisecond of the first's begin is told by another test.
                if (model.Exists(other => other.Id == id && other.CreatedAt == change.CreatedAt && other.Revision == change.Revision))
                {
                    continue;
                }

                open[id] = model.Count;
                model.Add(change);
            }

            await store.AppendAsync(Make.Batch(change), None);
        }

        for (int question = 0; question < 300; question++)
        {
            long start = 1_000_000 + random.NextInt64(now - 1_000_000);
            var slice = question % 2 == 0 ? TimeSlice.At(start) : new TimeSlice(start, start + (1L << random.Next(20)));
            var expected = model.Where(element => StoredRevision.Of(element).IsShownAt(slice)).Select(static element => element.Describe()).Order().ToList();
            var actual = (await store.GetGraphAsync(slice, None)).Describe().Order().ToList();
            Assert.Equal(expected, actual);
        }
    }

    [Fact]
    public async Task Append_CommitsOfALiveGraph_HistoryIsTheGraphAtEachTime()
    {
        await using var store = Open();
        var time = new ManualTime();
        var graph = new LiveGraph("host1", "agent.host1", time);
        var states = new List<(long Time, List<string> Elements)>();
        var random = new Random(99);
        using var subscription = graph.Subscribe();
        for (int step = 0; step < 300; step++)
        {
            time.Milliseconds += random.Next(3);
            graph.Write(transaction =>
            {
                for (int change = 0; change < 3; change++)
                {
                    string id = $"n{random.Next(12)}", other = $"n{random.Next(12)}";
                    if (transaction.FindNode(id) is not { } node)
                    {
                        transaction.AddNode(id, MetadataMap.Create(("Name", id), ("Step", step)));
                    }
                    else if (random.Next(4) == 0)
                    {
                        transaction.DeleteNode(id);
                    }
                    else if (random.Next(2) == 0 && transaction.FindNode(other) is not null)
                    {
                        transaction.Link(id, other, "layer2", MetadataMap.Create(("Step", step)));
                    }
                    else
                    {
                        transaction.Set(node, "Step", step);
                    }
                }
            });
            while (subscription.TryRead(out var change))
            {
                await store.AppendAsync(GraphBatch.From(change.Commit!), None);
            }

            // Only the last state of a millisecond is the one that the point shows.
            states.RemoveAll(state => state.Time == time.Milliseconds);
            states.Add((time.Milliseconds, Identify(graph.Current.GetNodes(), graph.Current.GetEdges())));
        }

        var live = await store.GetLiveElementsAsync(None);
        Assert.Equal(states[^1].Elements, Identify(live.Nodes, live.Edges));
        foreach (var (at, elements) in states)
        {
            var view = await store.GetGraphAsync(TimeSlice.At(at), None);
            Assert.Equal(elements, Identify(view.GetNodes(), view.GetEdges()));
        }

        static List<string> Identify(IEnumerable<Node> nodes, IEnumerable<Edge> edges) =>
            [.. nodes.Concat<GraphElement>(edges).Select(static element => $"{element.Id} {element.CreatedAt} {element.Revision} {element.Metadata}").Order()];
    }

    [Fact]
    public async Task Reconcile_AfterAGap_ClosesAddsAndUpdates()
    {
        await using var store = Open();
        await store.AppendAsync(
            Make.Batch(Make.Node("same", 10), Make.Node("changed", 10), Make.Node("gone", 10), Make.Edge("e", "same", "gone", 10)), None);
        var live = new SubGraph { Nodes = [Make.Node("same", 10), Make.Node("changed", 10, 40, 5, "new"), Make.Node("added", 45)] };
        Assert.Equal(4, await store.ReconcileAsync(live, 50, None));
        var stored = await store.GetLiveElementsAsync(None);
        Assert.Equal(["changed:5", "same:1", "added:1"], stored.Nodes.Select(static node => $"{node.Id}:{node.Revision}"));
        Assert.Empty(stored.Edges);
        Assert.Equal(50, (await store.GetGraphAsync(new(0, 100), None)).FindNode("gone")!.DeletedAt);
        Assert.Equal(0, await store.ReconcileAsync(live, 60, None));
    }

    [Fact]
    public async Task CloseAll_SomeOrigins_ClosesOnlyThose()
    {
        await using var store = Open();
        await store.AppendAsync(
            Make.Batch(Make.Node("a", 10, origin: "analyzer.x"), Make.Node("b", 10, origin: "agent.y"), Make.Node("c", 90, origin: "analyzer.x")), None);
        Assert.Equal(2, await store.CloseAllAsync(["analyzer.x", "analyzer.z"], 50, None));
        Assert.Equal("b", Assert.Single((await store.GetLiveElementsAsync(None)).Nodes).Id);
        var view = await store.GetGraphAsync(new(0, 100), None);
        Assert.Equal(50, view.FindNode("a")!.DeletedAt);
        Assert.Equal(90, view.FindNode("c")!.DeletedAt);
        Assert.Equal(0, await store.CloseAllAsync(["analyzer.x"], 60, None));
        Assert.Equal(0, await store.CloseAllAsync([], 60, None));
    }

    [Fact]
    public async Task GetGraph_MoreRevisionsThanAllowed_SaysSo()
    {
        await using var store = Open(new() { MaximumRevisionsPerAnswer = 10 });
        await store.AppendAsync(new([.. Enumerable.Range(0, 11).Select(static i => Make.Node($"n{i}", 10 + i))]), None);
        Assert.Equal(10, (await store.GetGraphAsync(TimeSlice.At(19), None)).NodeCount);
        var error = await Assert.ThrowsAsync<HistoryException>(() => store.GetGraphAsync(TimeSlice.At(20), None));
        Assert.Equal(HistoryErrorReason.TooLarge, error.Reason);
        Assert.Equal(11, (await store.GetLiveElementsAsync(None)).Nodes.Count);
    }

    [Fact]
    public async Task SearchFlows_Updates_FindsTheOneAppendedLast()
    {
        await using var store = Open();
        await store.AppendFlowsAsync([Make.Flow("a", 10, 20, 1), Make.Flow("b", 10, 20, 1)], None);
        await store.AppendFlowsAsync([Make.Flow("a", 10, 40, 7)], None);
        await store.AppendFlowsAsync([Make.Flow("b", 10, 50, 3), Make.Flow("b", 10, 60, 9)], None);
        var flows = await store.SearchFlowsAsync(new() { Slice = new(0, 100) }, None);
        Assert.Equal(["a:7", "b:9"], flows.Select(static flow => $"{flow.UUID}:{flow.Metric!.ABPackets}"));
        Assert.Equal(2, (await store.SearchFlowsAsync(new(), None)).Count);

        // What an older update met, and the newest does not, is not found.
        Assert.Empty(await store.SearchFlowsAsync(new() { Filter = new CompareFilter("Metric.ABPackets", Comparison.LessThan, 5) }, None));
    }

    [Theory]
    [InlineData(0, 9, "")]
    [InlineData(0, 10, "long")]
    [InlineData(20, 30, "long")]
    [InlineData(100, 100, "long short")]
    [InlineData(105, 120, "long short")]
    [InlineData(111, 120, "long")]
    [InlineData(5001, 6000, "")]
    public async Task SearchFlows_Slice_FindsFlowsThatMeetIt(long start, long last, string expected)
    {
        await using var store = Open();
        await store.AppendFlowsAsync([Make.Flow("long", 10, 5000)], None);
        await store.AppendFlowsAsync([Make.Flow("short", 100, 110)], None);
        var flows = await store.SearchFlowsAsync(new() { Slice = new(start, last) }, None);
        Assert.Equal(expected, string.Join(' ', flows.Select(static flow => flow.UUID)));
    }

    [Fact]
    public async Task SearchFlows_AllConditions_ObeysThemInOrder()
    {
        await using var store = Open();
        for (int batch = 0; batch < 10; batch++)
        {
            await store.AppendFlowsAsync(
                [.. Enumerable.Range(0, 10).Select(i => Make.Flow($"{batch}{i}", (batch * 10) + i, 1000, (batch * 10) + i, $"tid-{i % 2}", $"t{batch % 5}"))], None);
        }

        var search = new FlowSearch
        {
            NodeTIDs = ["tid-1"],
            Filter = new CompareFilter("Metric.ABPackets", Comparison.GreaterThanOrEqual, 10),
            Slice = new(0, 94),
            SortBy = "Metric.ABPackets",
            Descending = true,
            Skip = 1,
            Limit = 3,
        };
        var flows = await store.SearchFlowsAsync(search, None);
        Assert.Equal([91, 89, 87], flows.Select(static flow => flow.Metric!.ABPackets));
        flows = await store.SearchFlowsAsync(search with { DeduplicateBy = "TrackingID", Skip = 0, Limit = null }, None);
        Assert.Equal([51, 41, 31, 21, 11], flows.Select(static flow => flow.Metric!.ABPackets));
    }

    [Fact]
    public async Task SearchFlows_FlowsOfAllShapes_ComeBackAsTheyWere()
    {
        await using var store = Open();
        var bare = new Flow { UUID = "1", LayersPath = "Ethernet", Application = "", Start = 5, Last = 5 };
        var full = new Flow
        {
            UUID = "ffffffffffffffff",
            LayersPath = "Ethernet/IPv6/ICMPv6",
            Application = "ICMPv6",
            Link = new() { Protocol = "ETHERNET", A = "02:00:00:00:00:01", B = "02:00:00:00:00:02", ID = 40968 },
            Network = new() { Protocol = "IPV6", A = "fd00::1", B = "fd00::2", ID = 7 },
            Transport = new() { Protocol = "UDP", A = 0, B = 65535, ID = 1 },
            ICMP = new() { Type = "ECHO", Code = 3, ID = 23604 },
            Metric = new() { ABPackets = long.MaxValue, ABBytes = 1, BAPackets = 2, BABytes = 3, Start = 6, Last = 9, RTT = 12345 },
            LastUpdateMetric = new() { ABPackets = 0, ABBytes = 9, Start = 8, Last = 9 },
            TCPMetric = new() { ABSynStart = 6, BASynStart = 7, ABSynTTL = 64, BASynTTL = 63, ABFinStart = 8, BAFinStart = 8, ABRstStart = 9, BARstStart = 9 },
            Start = 6,
            Last = 9,
            TrackingID = "6952cad8cd38c63c",
            L3TrackingID = "9e42a86914a043b8",
            ParentUUID = "abc",
            NodeTID = "tid",
            CaptureID = "capture",
            RawPacketsCaptured = 11,
            FinishType = FinishType.TcpRst,
        };
        await store.AppendFlowsAsync([bare, full], None);
        Assert.Equal([bare, full], await store.SearchFlowsAsync(new(), None));
    }

    [Fact]
    public async Task SearchFlows_MoreThanAllowed_SaysSo()
    {
        await using var store = Open(new() { MaximumFlowsPerSearch = 10 });
        await store.AppendFlowsAsync([.. Enumerable.Range(0, 11).Select(static i => Make.Flow($"{i}", i, i))], None);
        Assert.Equal(10, (await store.SearchFlowsAsync(new() { Slice = new(0, 9) }, None)).Count);
        var error = await Assert.ThrowsAsync<HistoryException>(() => store.SearchFlowsAsync(new(), None));
        Assert.Equal(HistoryErrorReason.TooLarge, error.Reason);
    }

    [Fact]
    public async Task AppendFlows_None_IsFine()
    {
        await using var store = Open();
        await store.AppendFlowsAsync([], None);
        Assert.Equal(0, (await store.GetStatisticsAsync(None)).FlowRecords);
    }

    [Fact]
    public async Task Resources_PutReplaceDelete_AreKeptByKindAndIdentifier()
    {
        await using var store = Open();
        await store.PutResourceAsync("capture", "b", "{\"x\":1}", None);
        await store.PutResourceAsync("capture", "a", "{}", None);
        await store.PutResourceAsync("alert", "a", "[]", None);
        await store.PutResourceAsync("capture", "b", "{\"x\":2}", None);
        Assert.Equal([new("a", "{}"), new("b", "{\"x\":2}")], await store.GetResourcesAsync("capture", None));
        Assert.True(await store.DeleteResourceAsync("capture", "a", None));
        Assert.False(await store.DeleteResourceAsync("capture", "a", None));
        Assert.Equal([new("b", "{\"x\":2}")], await store.GetResourcesAsync("capture", None));
        Assert.Equal([new("a", "[]")], await store.GetResourcesAsync("alert", None));
    }

    [Fact]
    public async Task Prune_ByAge_ForgetsClosedRevisionsAndFlows()
    {
        var time = new ManualTime();
        await using var store = Open(new() { MaximumAge = TimeSpan.FromSeconds(1) }, time);
        await store.AppendAsync(
            Make.Batch(
                Make.Node("alive", 10),
                Make.Node("updated", 10),
                Make.Node("updated", 10, 1000, 2),
                Make.Node("deleted", 10),
                Make.Node("deleted", 10, deletedAt: 1000),
                Make.Node("younger", 10),
                Make.Node("younger", 10, deletedAt: 1001)),
            None);

        // Flows count from when they came: those of an old file are kept as long as others.
        var (oldRun, newRun) = (Guid.NewGuid(), Guid.NewGuid());
        await store.AppendFlowsAsync(new FlowAppend { Flows = [Make.Flow("old", 1, 5000)], Packets = [Packets("old", (1, 5000))], Progress = [new(oldRun, 4)] }, None);
        time.Milliseconds = 1001;
        await store.AppendFlowsAsync(new FlowAppend { Flows = [Make.Flow("new", 1, 2)], Packets = [Packets("new", (1, 2))], Progress = [new(newRun, 5)] }, None);
        await store.PutResourceAsync("capture", "a", "{}", None);
        time.Milliseconds = 2001;
        while (await store.PruneAsync(None))
        {
        }

        Assert.Equal(["new"], (await store.SearchRawPacketsAsync(new() { FlowUUIDs = ["old", "new"] }, None)).Select(static flow => flow.FlowUUID));
        Assert.Equal((0, 5), (await store.GetFlowProgressAsync(oldRun, None), await store.GetFlowProgressAsync(newRun, None)));

        Assert.Equal(["alive:1", "younger:1", "updated:2"], (await store.GetGraphAsync(new(0, 5000), None)).GetNodes().OrderBy(static node => node.Revision).ThenBy(static node => node.Id).Select(static node => $"{node.Id}:{node.Revision}"));
        Assert.Equal("new", Assert.Single(await store.SearchFlowsAsync(new(), None)).UUID);
        Assert.Single(await store.GetResourcesAsync("capture", None));
        Assert.Equal(2, (await store.GetLiveElementsAsync(None)).Nodes.Count);
        Assert.Empty(await store.CheckAsync(None));

        // The element goes on from what is left.
        await store.AppendAsync(Make.Batch(Make.Node("updated", 10, 2000, 3, "z"), Make.Node("deleted", 2000)), None);
        Assert.Equal(["deleted:1", "updated:3", "alive:1"], (await store.GetGraphAsync(TimeSlice.At(2000), None)).GetNodes().OrderByDescending(static node => node.UpdatedAt).ThenBy(static node => node.Id).Select(static node => $"{node.Id}:{node.Revision}"));
    }

    [Fact]
    public async Task Statistics_SomeOfEach_CountsThem()
    {
        await using var store = Open();
        await store.AppendAsync(Make.Batch(Make.Node("n", 10), Make.Node("n", 10, 20, 2), Make.Node("m", 5)), None);
        await store.AppendFlowsAsync([Make.Flow("a", 3, 4), Make.Flow("b", 7, 8)], None);
        var statistics = await store.GetStatisticsAsync(None);
        Assert.Equal(2, statistics.LiveElements);
        Assert.Equal(3, statistics.Revisions);
        Assert.Equal(2, statistics.FlowRecords);
        Assert.Equal(5, statistics.OldestRevision);
        Assert.Equal(3, statistics.OldestFlow);
        Assert.Equal("running", store.GetStatus().Status);
    }

    [Fact]
    public async Task AnyCall_Cancelled_IsNotDone()
    {
        await using var store = Open();
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.AppendAsync(Make.Batch(Make.Node("n", 1)), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.GetGraphAsync(TimeSlice.At(1), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.SearchFlowsAsync(new(), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.PutResourceAsync("a", "b", "c", cancelled));
        Assert.Equal(0, (await store.GetStatisticsAsync(None)).Revisions);
    }

    [Fact]
    public async Task AnyCall_AfterDispose_SaysThatItIsClosed()
    {
        var store = Open();
        await store.DisposeAsync();
        await store.DisposeAsync();
        Assert.Equal(HistoryErrorReason.Closed, (await Assert.ThrowsAsync<HistoryException>(() => store.AppendAsync(Make.Batch(Make.Node("n", 1)), None))).Reason);
        Assert.Equal(HistoryErrorReason.Closed, (await Assert.ThrowsAsync<HistoryException>(() => store.GetGraphAsync(TimeSlice.At(1), None))).Reason);
        Assert.Equal(HistoryErrorReason.Closed, (await Assert.ThrowsAsync<HistoryException>(() => store.GetResourcesAsync("a", None))).Reason);
        Assert.NotNull(store.GetStatus());
    }

    private protected abstract IHistoryStore Open(HistoryStoreOptions? options = null, TimeProvider? time = null);
}
