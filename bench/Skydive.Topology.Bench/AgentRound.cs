using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Skydive.Agent;
using Skydive.Agent.Captures;
using Skydive.Contracts.Flows;

namespace Skydive.Topology.Bench;

/// <summary>One start of an agent.</summary>
internal static class AgentRound
{
    public static async Task<(double Milliseconds, double CpuMilliseconds, int Nodes, int Edges, long Allocated)> RunAsync()
    {
        long before = GC.GetTotalAllocatedBytes();
        var cpu = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();
        await using var agent = new AgentRuntime(new AgentOptions { Host = "bench" }, new NoFlows(), NullLoggerFactory.Instance);
        await agent.StartAsync();
        double milliseconds = watch.Elapsed.TotalMilliseconds;
        double cpuMilliseconds = (Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds;
        var snapshot = agent.Graph.Current;
        return (milliseconds, cpuMilliseconds, snapshot.NodeCount, snapshot.EdgeCount, GC.GetTotalAllocatedBytes() - before);
    }

    private sealed class NoFlows : IFlowOutput
    {
        public bool TryAccept(IReadOnlyList<Flow> flows, Action<int, int>? onDropped = null) => true;
    }
}
