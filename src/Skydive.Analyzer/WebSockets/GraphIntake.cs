using Skydive.Analyzer.Hub;
using Skydive.Contracts.Messages;

namespace Skydive.Analyzer.WebSockets;

/// <summary>
/// Brings the changes that come in on one connection into the graph. While more is coming in than there is time for, changes are collected and
/// go into the graph together; else each goes in as soon as it is there.
/// </summary>
internal sealed class GraphIntake(GraphMessageReader reader, GraphReceiver receiver)
{
    private const int MaximumChangesAtOnce = 10_000;

    private readonly List<GraphMessage> _changes = [];

    /// <summary>Looks at a change before it is taken; may throw.</summary>
    public Action<GraphMessage> OnChange { get; init; } = static _ => { };

    /// <summary>Told when changes are in the graph.</summary>
    public Action OnApplied { get; init; } = static () => { };

    /// <summary>Takes every other message, after the changes that came before it.</summary>
    public required Func<GraphMessage, CancellationToken, ValueTask> OnOther { get; init; }

    /// <summary>Works until the other side closes the connection. However it ends, what came before the end is in the graph.</summary>
    /// <param name="cancellationToken">Ends the work; the connection is of no use afterwards.</param>
    /// <exception cref="GraphMessageException">The other side sent what cannot be taken.</exception>
    /// <exception cref="System.Net.WebSockets.WebSocketException">The connection broke.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var reading = reader.ReadAsync(cancellationToken);
                if (!reading.IsCompleted || _changes.Count >= MaximumChangesAtOnce)
                {
                    Apply();
                }

                if (await reading.ConfigureAwait(false) is not { } message)
                {
                    return;
                }

                if (message is { Graph: null, Element: null, Update: null })
                {
                    Apply();
                    await OnOther(message, cancellationToken).ConfigureAwait(false);
                    continue;
                }

                OnChange(message);
                _changes.Add(message);
            }
        }
        finally
        {
            Apply();
        }
    }

    private void Apply()
    {
        if (_changes.Count == 0)
        {
            return;
        }

        try
        {
            receiver.Apply(_changes);
        }
        finally
        {
            _changes.Clear();
        }

        OnApplied();
    }
}
