using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Skydive.Contracts.Metadata;
using Skydive.Graph;
using Skydive.Gremlin.Tests.Fakes;
using Skydive.Packets.Pcap;

namespace Skydive.Gremlin.Tests;

public sealed class GremlinResultTests
{
    private static readonly GremlinOptions s_options = new() { Time = new FixedTime(Fixtures.Now) };

    [Theory]
    [InlineData("G")]
    [InlineData("G.V()")]
    [InlineData("G.E()")]
    [InlineData("G.V().Count()")]
    [InlineData("G.V().Values('Name')")]
    [InlineData("G.V().ShortestPathTo(Metadata('Type', 'host'))")]
    [InlineData("G.Flows()")]
    [InlineData("G.V().Has('Name', 'zz').SubGraph()")]
    public async Task WriteToAsync_AnyKind_SameAsAtOnce(string query)
    {
        var result = await GremlinEngine.ExecuteAsync(query, Fixtures.Lab(), s_options, default);
        using var stream = new MemoryStream();
        await result.WriteToAsync(stream, default);
        Assert.True(stream.CanRead);
        Assert.Equal(result.ToJson(), Encoding.UTF8.GetString(stream.ToArray()));
        using var _ = JsonDocument.Parse(stream.ToArray());
    }

    [Fact]
    public async Task WriteToAsync_LargeResult_ReachesTheReaderBeforeItsEnd()
    {
        var result = await GremlinEngine.ExecuteAsync("G.V()", Large(5000), s_options, default);
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 1024, resumeWriterThreshold: 512));
        var writing = result.WriteToAsync(pipe.Writer, TestContext.Current.CancellationToken);
        var first = await pipe.Reader.ReadAsync(TestContext.Current.CancellationToken);
        Assert.False(writing.IsCompleted);
        Assert.InRange(first.Buffer.Length, 1, 100_000);

        // The reader goes away: the writer stops.
        await pipe.Reader.CompleteAsync();
        Assert.False(await writing);
    }

    [Fact]
    public async Task Members_OfAnotherKind_InvalidOperation()
    {
        var nodes = await GremlinEngine.ExecuteAsync("G.V()", Fixtures.Lab(), s_options, default);
        Assert.Throws<InvalidOperationException>(() => nodes.Value);
        Assert.Throws<InvalidOperationException>(() => nodes.Edges);
        Assert.Throws<InvalidOperationException>(() => nodes.Flows);
        Assert.Throws<InvalidOperationException>(() => nodes.Values);
        Assert.Throws<InvalidOperationException>(() => nodes.Paths);
        var count = await GremlinEngine.ExecuteAsync("G.V().Count()", Fixtures.Lab(), s_options, default);
        Assert.Throws<InvalidOperationException>(() => count.Nodes);
        Assert.Equal(8, count.Value);
    }

    [Fact]
    public async Task Nodes_ReadTwice_Same()
    {
        var result = await GremlinEngine.ExecuteAsync("G.V().Out().Dedup().Sort('Name')", Fixtures.Lab(), s_options, default);
        Assert.Equal(result.Nodes.ToArray(), result.Nodes.ToArray());
        Assert.NotEmpty(result.Nodes);
    }

    [Fact]
    public async Task Nodes_GraphChangesMeanwhile_OneRevision()
    {
        var graph = new LiveGraph("h", "o");
        graph.Write(static t => t.AddNode("a", MetadataMap.Create(("Name", "a"))));
        var result = await GremlinEngine.ExecuteAsync("G.V()", new FakeSource(graph.Current), s_options, default);
        graph.Write(static t => t.DeleteNode("a"));
        Assert.Single(result.Nodes);
    }

    [Fact]
    public async Task WriteDotAsync_Graph_AsSkydive()
    {
        var result = await GremlinEngine.ExecuteAsync("G.V('br0', 'veth1').SubGraph()", Fixtures.Lab(), s_options, default);
        using var stream = new MemoryStream();
        var writer = PipeWriter.Create(stream);
        Assert.True(await result.WriteDotAsync(writer, default));
        await writer.CompleteAsync();
        Assert.Equal(
            """
            digraph g {
            "br0-br0" [label="br0-br0\nType = bridge\nState = UP\nIfIndex = 2\nTID = tid-br0"]
            "veth1-veth1" [label="veth1-veth1\nType = veth\nState = UP\nIfIndex = 3\nTID = tid-veth1"]
            "br0-br0" -> "veth1-veth1" [label=layer2,dir=both]
            }

            """,
            Encoding.UTF8.GetString(stream.ToArray()));
    }

    [Fact]
    public async Task WriteDotAsync_OddNames_Escaped()
    {
        var graph = new LiveGraph("h", "o");
        graph.Write(static t =>
        {
            t.AddNode("0123456789", MetadataMap.Create(("Name", "a\"b\\c\n"), ("IPV4", MetadataValue.List("1", "2"))));
            t.AddEdge("e", "0123456789", "0123456789", MetadataMap.Create(("RelationType", "x y")));
        });
        var result = await GremlinEngine.ExecuteAsync("G", new FakeSource(graph.Current), s_options, default);
        using var stream = new MemoryStream();
        var writer = PipeWriter.Create(stream);
        await result.WriteDotAsync(writer, default);
        await writer.CompleteAsync();
        Assert.Equal(
            """
            digraph g {
            "a\"b\\c\n-01234567" [label="a\"b\\c\n-01234567\nIPV4 = [1 2]"]
            "a\"b\\c\n-01234567" -> "a\"b\\c\n-01234567" [label="x y",dir=both]
            }

            """,
            Encoding.UTF8.GetString(stream.ToArray()));
    }

    [Fact]
    public async Task WriteDotAsync_Nodes_InvalidOperation()
    {
        var result = await GremlinEngine.ExecuteAsync("G.V()", Fixtures.Lab(), s_options, default);
        await Assert.ThrowsAsync<InvalidOperationException>(() => result.WriteDotAsync(PipeWriter.Create(Stream.Null), default));
    }

    [Fact]
    public async Task WritePcapAsync_Packets_FileInOrderOfTime()
    {
        var result = await GremlinEngine.ExecuteAsync("G.Flows().RawPackets()", CounterFixture.Make(), s_options, default);
        using var stream = new MemoryStream();
        var writer = PipeWriter.Create(stream, new(leaveOpen: true));
        Assert.True(await result.WritePcapAsync(writer, default));
        await writer.CompleteAsync();
        stream.Position = 0;
        using var reader = new PcapReader(stream);
        var packets = new List<(long, string)>();
        while (reader.TryReadNext(out var header, out var data))
        {
            packets.Add((header.TimestampNanoseconds / 1_000_000_000, Convert.ToHexString(data)));
        }

        Assert.Equal([(1, "0708"), (12, "07"), (30, "090909")], packets);
    }

    [Fact]
    public async Task WritePcapAsync_NoPackets_HeaderOnly()
    {
        var result = await GremlinEngine.ExecuteAsync("G.Flows().RawPackets()", Fixtures.Lab(), s_options, default);
        using var stream = new MemoryStream();
        var writer = PipeWriter.Create(stream, new(leaveOpen: true));
        Assert.True(await result.WritePcapAsync(writer, default));
        await writer.CompleteAsync();
        Assert.Equal(24, stream.Length);
    }

    internal static FakeSource Large(int count)
    {
        var graph = new LiveGraph("h", "o");
        graph.Write(t =>
        {
            for (int i = 0; i < count; i++)
            {
                t.AddNode($"n{i}", MetadataMap.Create(("Name", $"n{i}"), ("Type", "veth"), ("Value", i)));
            }

            for (int i = 0; i < count; i++)
            {
                t.AddEdge($"a{i}", $"n{i}", $"n{(i + 1) % count}", MetadataMap.Create(("RelationType", "layer2")));
                t.AddEdge($"b{i}", $"n{i}", $"n{i * 7 % count}", MetadataMap.Create(("RelationType", "layer2")));
            }
        });
        return new(graph.Current);
    }
}
