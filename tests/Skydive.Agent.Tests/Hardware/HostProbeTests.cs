using Microsoft.Extensions.Logging.Abstractions;
using Skydive.Agent.Hardware;
using Skydive.Agent.MetadataFiles;
using Skydive.Agent.Tests.Support;
using Skydive.Agent.Topology;
using Skydive.Contracts.Topology;
using Skydive.Graph;

namespace Skydive.Agent.Tests.Hardware;

public sealed class HostProbeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LiveGraph _graph = new("lab", "agent.lab", null, new TidHook());
    private readonly ProbeState _state = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task HostName_Changes_IsFollowed()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            Assert.Skip("needs root: the host's name is set, to what it is");
        }

        _folder.Write("proc/sys/kernel/hostname", "first\n");
        await using var probe = Make();
        await probe.StartAsync(TestContext.Current.CancellationToken);
        Assert.Equal("first", Host.GetText("Hostname"));
        string? tid = Host.TID;

        _folder.Write("proc/sys/kernel/hostname", "second\n");
        File.WriteAllText("/proc/sys/kernel/hostname", File.ReadAllText("/proc/sys/kernel/hostname"));

        await _graph.UntilAsync(_ => Host.GetText("Hostname") == "second");
        Assert.Equal("lab", Host.Name);
        Assert.Equal(tid, Host.TID);
    }

    [Fact]
    public async Task Files_OfEachFormat_AreKeysOfConfig()
    {
        await using var probe = Make(
            Source("a.json", "json", "{\"cluster\": {\"size\": 3, \"members\": [\"a\", \"b\"]}}", "size", "cluster.size"),
            Source("b.toml", "toml", "[cluster]\nname = \"east\"\n", "name", "cluster.name"),
            Source("c.ini", "ini", "[DEFAULT]\nverbose = true\n", "verbose", "DEFAULT.verbose"),
            Source("d.yaml", "yaml", "bridges: [br-int, br-ex]\n", "bridges", "bridges"),
            Source("e.properties", "properties", "broker.id=7\n", "broker", "broker.id"),
            Source("f.json", "json", "{\"whole\": true}", "all", ""));
        await probe.StartAsync(TestContext.Current.CancellationToken);

        Assert.Equal(
            """{"all":{"whole":true},"bridges":["br-int","br-ex"],"broker":"7","name":"east","size":3,"verbose":"true"}""",
            Host.Metadata["Config"].ToString());
        Assert.Equal(("running", null), (_state.Status.Status, _state.Status.Message));
    }

    [Fact]
    public async Task File_ChangesBreaksAndComesBack_IsReadAgain()
    {
        var file = Source("rack.json", "json", "{\"rack\": 1}", "rack", "rack");
        await using var probe = Make(file);
        await probe.StartAsync(TestContext.Current.CancellationToken);
        Assert.Equal("1", Host.Metadata["Config"].AsMap!["rack"].ToString());

        _folder.Write("rack.json", "{\"rack\": 22}");
        await _graph.UntilAsync(_ => Host.Metadata["Config"].AsMap!["rack"].ToString() == "22");

        _folder.Write("rack.json", "{\"rack\": ");
        await Tools.WaitAsync(() => _state.Status.Status == "degraded");
        Assert.Contains("rack.json: not valid JSON", _state.Status.Message, StringComparison.Ordinal);
        Assert.Equal("22", Host.Metadata["Config"].AsMap!["rack"].ToString());

        File.Delete(file.Path);
        File.CreateSymbolicLink(file.Path, _folder.Write("other.json", "{\"rack\": 333}"));
        await _graph.UntilAsync(_ => Host.Metadata["Config"].AsMap!["rack"].ToString() == "333");
        await Tools.WaitAsync(() => _state.Status.Status == "running");

        _folder.Write("other.json", "{\"shelf\": 1}");
        await _graph.UntilAsync(_ => Host.Metadata["Config"].IsNull);
        Assert.Contains("nothing at rack", _state.Status.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_Missing_IsAProblemUntilItComes()
    {
        string path = Path.Combine(_folder.Path, "late.yaml");
        await using var probe = Make(new MetadataFile(path, "yaml", "late", "key"));
        await probe.StartAsync(TestContext.Current.CancellationToken);
        Assert.Contains("late.yaml", _state.Status.Message, StringComparison.Ordinal);

        _folder.Write("late.yaml", "key: 1\n");

        await _graph.UntilAsync(_ => Host.Metadata["Config"].AsMap?["late"].ToString() == "1");
        await Tools.WaitAsync(() => _state.Status is { Status: "running", Message: null });
    }

    private Node Host => _graph.Current.GetNodes().Single();

    private MetadataFile Source(string name, string type, string text, string key, string selector) => new(_folder.Write(name, text), type, key, selector);

    private HostProbe Make(params MetadataFile[] files)
    {
        string id = HostProbe.AddTo(_graph);
        var options = new AgentOptions { Host = "lab", MetadataFiles = files };
        return new(new(_graph, id, options, NullLoggerFactory.Instance, static _ => null, new(new FakeNamespaceWatcher())), _state) { HostFiles = new(_folder.Path) };
    }
}
