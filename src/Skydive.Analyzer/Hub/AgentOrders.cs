using Skydive.Contracts.Agents;

namespace Skydive.Analyzer.Hub;

/// <summary>Orders to agents, each with a deadline, so that an agent that hangs holds up nobody.</summary>
internal static class AgentOrders
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);

    /// <summary>Gives the agent of a host an order.</summary>
    /// <param name="agents">The agents.</param>
    /// <param name="host">Identity of the host.</param>
    /// <param name="order">The order.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Why it is not carried out; null when it is.</returns>
    public static Task<OrderRefusal?> OrderAsync(this AgentDirectory agents, string host, Func<IAgentLink, CancellationToken, Task> order, CancellationToken cancellationToken) =>
        agents.Find(host) is { } agent
            ? agent.OrderAsync(order, cancellationToken)
            : Task.FromResult<OrderRefusal?>(new(503, $"the agent of {host} is not connected"));

    /// <summary>Gives an agent an order.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="order">The order.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Why it is not carried out; null when it is.</returns>
    public static async Task<OrderRefusal?> OrderAsync(this IAgentLink agent, Func<IAgentLink, CancellationToken, Task> order, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(s_timeout);
        try
        {
            await order(agent, deadline.Token).ConfigureAwait(false);
            return null;
        }
        catch (AgentRequestException e)
        {
            return new(e.Status, e.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new(504, $"the agent of {agent.Host} does not answer within {s_timeout.TotalSeconds} s");
        }
    }
}
