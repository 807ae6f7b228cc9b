using Microsoft.Extensions.Logging.Abstractions;
using Skydive.Agent.Tests.Support;
using Skydive.Contracts.Captures;

namespace Skydive.Agent.Tests;

/// <summary>The agent as a whole, on this very host; only the folder of namespaces is the test's own.</summary>
public sealed class AgentRuntimeTests
{
    [Fact]
    public async Task Start_ThisHost_IsInTheGraphAndDisposeLeavesNothing()
    {
        using var network = new TestNetwork();
        network.Add("ns1");
        await using (var first = Make(network))
        {
            await first.StartAsync();
        }

        int descriptors = Tools.KernelDescriptorCount;
        await using (var agent = Make(network))
        {
            await agent.StartAsync();

            var graph = agent.Graph.Current;
            Assert.Equal("host", Assert.Single(graph.GetNodes(), static node => node.Name == "lab").Type);
            Assert.NotNull(graph.FindLink("lo"));
            Assert.NotNull(graph.FindLink("lo", "ns1"));
            Assert.Equal(["hardware", "netlink", "netns"], agent.Probes.Keys.Order(StringComparer.Ordinal));
            Assert.All(agent.Probes.Values, static probe => Assert.Equal("running", probe.Status));
            Assert.Equal("lab", agent.Link.Host);
            await agent.Link.StartCaptureAsync(graph.FindLink("lo", "ns1")!.Id, new Capture { GremlinQuery = "G.V()", UUID = "c1" }, TestContext.Current.CancellationToken);
            await agent.DisposeAsync();
            Assert.True(agent.Completion.IsCompletedSuccessfully);
        }

        await Tools.WaitAsync(() => Tools.KernelDescriptorCount <= descriptors
            && !Tools.ThreadNames.Any(static name => name is "netlink probe" || name.StartsWith("capture", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Probes_OneThatDoesNotExist_HasFailedAndTheAgentRuns()
    {
        using var network = new TestNetwork();
        await using var agent = Make(network, "hardware", "bess");

        await agent.StartAsync();

        Assert.Equal(["bess", "hardware", "netlink", "netns"], agent.Probes.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(("failed", "running"), (agent.Probes["bess"].Status, agent.Probes["hardware"].Status));
        Assert.False(agent.Completion.IsCompleted);
    }

    [Fact]
    public async Task Probes_AllThatThereAre_RunAndEndWithTheAgent()
    {
        using var network = new TestNetwork();
        await using (var agent = Make(network, [.. AgentRuntime.ProbeNames]))
        {
            await agent.StartAsync();

            await Tools.WaitAsync(() => agent.Probes.Values.All(static probe => probe.Status is "running" or "degraded"));
            Assert.Equal(AgentRuntime.ProbeNames, agent.Probes.Keys.Order(StringComparer.Ordinal));
            Assert.False(agent.Completion.IsCompleted);
            await agent.DisposeAsync();
            Assert.True(agent.Completion.IsCompletedSuccessfully);
        }
    }

    private static AgentRuntime Make(TestNetwork network, params IReadOnlyList<string> probes) =>
        new(new AgentOptions { Host = "lab", NamespacePath = network.Folder, Probes = probes }, new FlowCollector(), NullLoggerFactory.Instance);
}
