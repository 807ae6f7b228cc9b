namespace Skydive.Agent.Topology.Netlink;

/// <summary>Orders for the probe's thread, with someone waiting for each. Safe for use by several threads at once.</summary>
internal sealed class NamespaceCommandQueue
{
    private readonly Lock _lock = new();
    private readonly Queue<NamespaceCommand> _commands = [];
    private bool _isOver;

    /// <summary>Adds an order.</summary>
    /// <returns>False when orders are no longer taken; the order is cancelled then.</returns>
    public bool TryEnqueue(NamespaceCommand command)
    {
        lock (_lock)
        {
            if (!_isOver)
            {
                _commands.Enqueue(command);
                return true;
            }
        }

        Abandon(command);
        command.Done.TrySetCanceled();
        return false;
    }

    /// <summary>Takes all orders that wait.</summary>
    public void TakeAll(List<NamespaceCommand> commands)
    {
        lock (_lock)
        {
            commands.AddRange(_commands);
            _commands.Clear();
        }
    }

    /// <summary>Takes no orders from now on, and ends those that wait: nobody may wait for ever for what will not be done any more.</summary>
    /// <param name="fault">Why; null when the probe was disposed.</param>
    /// <param name="executing">Orders that were taken and not done.</param>
    public void End(Exception? fault, IReadOnlyList<NamespaceCommand> executing)
    {
        NamespaceCommand[] waiting;
        lock (_lock)
        {
            _isOver = true;
            waiting = [.. _commands];
            _commands.Clear();
        }

        foreach (var command in waiting)
        {
            Abandon(command);
        }

        foreach (var command in (NamespaceCommand[])[.. executing, .. waiting])
        {
            _ = fault is null ? command.Done.TrySetCanceled() : command.Done.TrySetException(fault);
        }
    }

    private static void Abandon(NamespaceCommand command)
    {
        foreach (var source in command.Added)
        {
            source.Namespace.Dispose();
        }
    }
}
