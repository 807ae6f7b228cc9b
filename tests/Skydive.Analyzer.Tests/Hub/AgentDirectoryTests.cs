using Skydive.Analyzer.Hub;
using Skydive.Analyzer.Tests.Support;

namespace Skydive.Analyzer.Tests.Hub;

public sealed class AgentDirectoryTests
{
    private readonly AgentDirectory _agents = new();

    [Fact]
    public void Add_AgentComes_IsFoundAndTold()
    {
        var told = new List<string>();
        _agents.AgentAdded += told.Add;
        var agent = new FakeAgent("host1");

        using var registration = _agents.Add(agent, static () => Make.Status());

        Assert.Same(agent, _agents.Find("host1"));
        Assert.Equal("host1", Assert.Single(_agents.Agents).Status.RemoteHost);
        Assert.Equal(["host1"], told);
        Assert.Null(_agents.Find("host2"));
    }

    [Fact]
    public void Dispose_AgentGoes_IsNotFound()
    {
        _agents.Add(new FakeAgent("host1"), static () => Make.Status()).Dispose();

        Assert.Null(_agents.Find("host1"));
        Assert.Empty(_agents.Agents);
    }

    [Fact]
    public void Dispose_ReplacedMeanwhile_LeavesTheNewOne()
    {
        var old = _agents.Add(new FakeAgent("host1"), static () => Make.Status());
        var now = new FakeAgent("host1");
        using var registration = _agents.Add(now, static () => Make.Status());

        old.Dispose();

        Assert.Same(now, _agents.Find("host1"));
        Assert.Single(_agents.Agents);
    }
}
