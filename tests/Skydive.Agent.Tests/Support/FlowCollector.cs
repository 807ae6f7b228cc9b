using System.Threading.Channels;
using Skydive.Agent.Captures;
using Skydive.Contracts.Flows;

namespace Skydive.Agent.Tests.Support;

/// <summary>Takes flows, or refuses them.</summary>
internal sealed class FlowCollector : IFlowOutput
{
    private readonly Channel<Flow> _flows = Channel.CreateUnbounded<Flow>();

    public bool Refuses { get; set; }

    public bool TryAccept(IReadOnlyList<Flow> flows, Action<int, int>? onDropped = null)
    {
        if (Refuses)
        {
            return false;
        }

        foreach (var flow in flows)
        {
            _flows.Writer.TryWrite(flow);
        }

        return true;
    }

    /// <summary>The next flow that is as wanted.</summary>
    public async Task<Flow> NextAsync(Func<Flow, bool> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Tools.Patience);
        while (true)
        {
            var flow = await _flows.Reader.ReadAsync(deadline.Token);
            if (condition(flow))
            {
                return flow;
            }
        }
    }
}
