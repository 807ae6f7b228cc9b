using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Skydive.Agent.Captures;
using Skydive.Agent.Captures.Sources;
using Skydive.Agent.Tests.Support;
using Skydive.Agent.Topology;
using Skydive.Contracts.Agents;
using Skydive.Contracts.Captures;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Linux;
using Skydive.Linux.Bpf;
using Skydive.Linux.Namespaces;
using Skydive.Linux.Route;

namespace Skydive.Agent.Tests.Captures;

/// <summary>How captures start, fail and are tried again, with sources that do what the test says.</summary>
public sealed class CaptureStartTests : IAsyncDisposable
{
    private readonly LiveGraph _graph = new("lab", "agent.lab");
    private readonly List<CaptureDirectory> _directories = [];
    private NetworkNamespace? _namespace;

    public async ValueTask DisposeAsync()
    {
        foreach (var directory in _directories)
        {
            await directory.DisposeAsync();
        }

        _namespace?.Dispose();
    }

    [Fact]
    public async Task Start_FailsAtFirst_IsTriedAgain()
    {
        int opened = 0;
        var source = new ScriptedSource();
        var captures = Make(new(LinkNeed.None, _ => ++opened < 3 ? throw new LinuxException("open", Errno.Busy) : [source]));
        string node = AddNode("veth", isUp: true);

        await StartAsync(captures, node);

        Assert.Equal("error", Entry(node)["State"].AsString);
        Assert.Contains("open", Entry(node)["Error"].AsString!, StringComparison.Ordinal);
        await _graph.UntilAsync(_ => Entry(node)["State"].AsString == "active");
        Assert.Equal(3, opened);
        Assert.Equal(7, Number(Entry(node), "PacketsReceived"));
        Assert.Equal(1, Number(Entry(node), "PacketsIfDropped"));
    }

    [Fact]
    public async Task Start_NeverPossible_IsNotTriedAgain()
    {
        int opened = 0;
        var captures = Make(new(LinkNeed.None, _ =>
        {
            opened++;
            throw new BpfSyntaxException("zz", "syntax error");
        }));
        string node = AddNode("veth", isUp: true);

        await StartAsync(captures, node);
        await Task.Delay(1500, TestContext.Current.CancellationToken);

        Assert.Equal(1, opened);
        Assert.Equal("error", Entry(node)["State"].AsString);
    }

    [Fact]
    public async Task Source_NeedsTheInterfaceUp_IsOpenedWhenItIs()
    {
        int opened = 0;
        var captures = Make(new(LinkNeed.Up, _ =>
        {
            opened++;
            return [new ScriptedSource()];
        }));
        string node = AddNode("veth", isUp: false);

        await StartAsync(captures, node);
        Assert.Equal("error", Entry(node)["State"].AsString);
        Assert.Contains("down", Entry(node)["Error"].AsString!, StringComparison.Ordinal);
        Assert.Equal(0, opened);

        SetUp(node);
        await _graph.UntilAsync(_ => Entry(node)["State"].AsString == "active");
        Assert.Equal(1, opened);
    }

    [Fact]
    public async Task Source_OfSeveralBreaks_EndsTheCaptureWithAnErrorAndAllSources()
    {
        ScriptedSource[] sources = [new(), new()];
        var captures = Make(new(LinkNeed.None, _ => sources));
        string node = AddNode("veth", isUp: true);
        await StartAsync(captures, node);
        await Tools.WaitAsync(static () => Tools.ThreadNames.Contains("capture x 1"));

        sources[1].Do(static _ => throw new InvalidOperationException("broken"));

        await _graph.UntilAsync(_ => Entry(node)["Error"].AsString == "broken");
        await Tools.WaitAsync(() => sources.All(static source => source.IsDisposed));
    }

    [Theory]
    [InlineData("netns", null)]
    [InlineData("host", null)]
    [InlineData("ovsbridge", null)]
    [InlineData("veth", "ovsmirror")]
    public async Task Start_TypeDoesNotSuitTheNode_IsRefused(string nodeType, string? captureType)
    {
        var captures = Make(null);
        string node = AddNode(nodeType, isUp: true);

        var e = await Assert.ThrowsAsync<AgentRequestException>(() => StartAsync(captures, node, captureType));

        Assert.Equal(400, e.Status);
        Assert.False(_graph.Current.FindNode(node)!.Metadata.ContainsKey("Captures"));
    }

    private CaptureDirectory Make(CaptureSourceKind? kind)
    {
        _namespace ??= NetworkNamespace.OpenCurrent();
        var captures = new CaptureDirectory(
            _graph,
            new AgentOptions { Host = "lab", CaptureStatsUpdate = TimeSpan.FromMilliseconds(50) },
            new FlowCollector(),
            NullLogger.Instance,
            _ => new LinkLocation(_namespace, 1, HardwareType.Ethernet))
        {
            FindKind = type => kind ?? CaptureSourceCatalog.Find(type),
        };
        captures.Start();
        _directories.Add(captures);
        return captures;
    }

    private string AddNode(string type, bool isUp)
    {
        string id = Identifiers.Random();
        _graph.Write(transaction => transaction.AddNode(
            id, MetadataMap.Create(("Name", "x"), ("Type", type), ("TID", "tid"), ("LinkFlags", MetadataValue.List(isUp ? new[] { "UP" } : [])))));
        return id;
    }

    private void SetUp(string id) => _graph.Write(transaction =>
    {
        var node = transaction.FindNode(id)!;
        transaction.SetMetadata(node, node.Metadata.With("LinkFlags", MetadataValue.List("UP")));
    });

    private MetadataMap Entry(string id) => Assert.Single(_graph.Current.FindNode(id)!.Metadata["Captures"].Elements.ToArray()).AsMap!;

    private static long Number(MetadataMap entry, string key) => entry[key].TryGetInteger(out long value) ? value : throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"no {key}"));

    private static Task StartAsync(CaptureDirectory captures, string node, string? type = null) =>
        captures.StartCaptureAsync(node, new Capture { UUID = "c1", GremlinQuery = "G.V()", Type = type }, TestContext.Current.CancellationToken);
}
