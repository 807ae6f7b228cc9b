using Skydive.Contracts.Messages;
using Skydive.Flows.Encoding;
using Skydive.Storage;

namespace Skydive.Analyzer.Flows;

/// <summary>One run of an agent: what of its messages is on its way to the store, and what is there. Safe for use by several threads at once.</summary>
/// <param name="id">The run.</param>
/// <param name="receiver">Takes its flows.</param>
internal sealed class FlowRun(Guid id, FlowReceiver receiver)
{
    private readonly Lock _gate = new();

    // An agent may be back before its old connection is given up: one message after the other, whichever connection it comes on.
    private readonly SemaphoreSlim _accepting = new(1, 1);
    private readonly List<long> _lost = [];
    private long _accepted;
    private long _stored;
    private Action? _onStored;

    /// <summary>Whether nothing of it is on its way.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_gate)
            {
                return _onStored is null && _accepted == _stored;
            }
        }
    }

    /// <summary>Takes over what the store knows of the run, which began before this analyzer did.</summary>
    public void Resume(long sequence) => _accepted = _stored = sequence;

    /// <summary>From now on who listens is told that there is something new to acknowledge, in place of whoever was before.</summary>
    public void Listen(Action onStored)
    {
        lock (_gate)
        {
            _onStored = onStored;
        }
    }

    /// <summary>Tells a listener no more.</summary>
    public void Leave(Action onStored)
    {
        lock (_gate)
        {
            _onStored = _onStored == onStored ? null : _onStored;
        }
    }

    /// <summary>Takes a message, unless it came before. Waits until there is room.</summary>
    public async Task AcceptAsync(FlowMessage message, CancellationToken cancellationToken)
    {
        await _accepting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            bool isRepeated;
            lock (_gate)
            {
                isRepeated = message.Sequence <= _accepted;
            }

            if (isRepeated)
            {
                receiver.OnRepeated();
                Tell();
                return;
            }

            await receiver.AcceptAsync(
                new()
                {
                    Flows = message.Flows,
                    Packets = message.Packets,
                    Progress = new FlowProgress(id, message.Sequence),
                    OnEnd = isStored => OnEnd(message.Sequence, isStored),
                },
                cancellationToken).ConfigureAwait(false);
            lock (_gate)
            {
                _accepted = message.Sequence;
            }
        }
        finally
        {
            _accepting.Release();
        }
    }

    /// <summary>What the agent is to be told now.</summary>
    public FlowAcknowledgement TakeAcknowledgement()
    {
        lock (_gate)
        {
            long[] lost = [.. _lost];
            _lost.Clear();
            return new() { Sequence = _stored, Lost = lost };
        }
    }

    private void OnEnd(long sequence, bool isStored)
    {
        lock (_gate)
        {
            // They end in the order in which they came.
            _stored = Math.Max(_stored, sequence);
            if (!isStored)
            {
                _lost.Add(sequence);
            }
        }

        Tell();
    }

    private void Tell()
    {
        Action? listener;
        lock (_gate)
        {
            listener = _onStored;
        }

        listener?.Invoke();
    }
}
