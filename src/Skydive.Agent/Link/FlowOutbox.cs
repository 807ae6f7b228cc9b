using System.Threading.Channels;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Status;
using Skydive.Flows.Encoding;
using Skydive.Flows.Table;

namespace Skydive.Agent.Link;

/// <summary>
/// Flows on their way to the analyzer, kept until it has acknowledged them. Bounded twice: batches that were not encoded yet by their number,
/// encoded messages by their bytes. When there is no more room the oldest that is not on its way is lost, and its owner told.
/// </summary>
/// <remarks>Safe for use by several threads at once; a lock is taken for a batch of flows or a message, never for a packet.</remarks>
internal sealed class FlowOutbox
{
    /// <summary>Batches that wait to be encoded: all flows of one large table.</summary>
    private const int MaximumBatches = 2048;

    /// <summary>Batches that make one message: large enough to compress well.</summary>
    private const int BatchesPerMessage = 16;

    /// <summary>Bytes of packets in one message.</summary>
    private const int PacketBytesPerMessage = 4 << 20;

    /// <summary>Messages, and bytes, that may be on their way without an acknowledgement.</summary>
    private const int WindowMessages = 64;
    private const long WindowBytes = 16 << 20;

    private readonly Lock _gate = new();
    private readonly long _maximumBytes;
    private readonly Queue<(IReadOnlyList<Flow> Flows, Action<int, int>? OnDropped)> _batches = new();
    private readonly LinkedList<PendingFlows> _messages = new();
    private readonly Channel<bool> _batchAdded = MakeSignal();
    private readonly Channel<bool> _changed = MakeSignal();
    private LinkedListNode<PendingFlows>? _next;
    private long _batchFlows;
    private long _encodingFlows;
    private long _messageFlows;
    private long _bytes;
    private long _lastSequence;
    private int _inFlight;
    private long _inFlightBytes;
    private long _acknowledged;
    private long _repeated;
    private long _dropped;
    private bool _isComplete;

    /// <summary>Makes an empty outbox.</summary>
    /// <param name="maximumBytes">How many bytes of encoded messages are kept.</param>
    public FlowOutbox(long maximumBytes) => _maximumBytes = maximumBytes;

    /// <summary>The run that the messages belong to.</summary>
    public Guid Run { get; } = Guid.NewGuid();

    /// <summary>What is kept and what became of the rest, all at one moment.</summary>
    public FlowDeliveryStatus Status
    {
        get
        {
            lock (_gate)
            {
                return new()
                {
                    IsConnected = false,
                    Acknowledged = _acknowledged,
                    Waiting = _batchFlows + _encodingFlows + _messageFlows,
                    WaitingBytes = _bytes,
                    Repeated = _repeated,
                    Dropped = _dropped,
                };
            }
        }
    }

    /// <summary>Whether no more flows are taken and all have been acknowledged.</summary>
    public bool IsDone
    {
        get
        {
            lock (_gate)
            {
                return _isComplete && _encodingFlows == 0 && _batches.Count == 0 && _messages.Count == 0;
            }
        }
    }

    /// <summary>Takes flows.</summary>
    /// <returns>False when no more are taken.</returns>
    public bool TryAdd(IReadOnlyList<Flow> flows, Action<int, int>? onDropped)
    {
        (IReadOnlyList<Flow> Flows, Action<int, int>? OnDropped) oldest = default;
        lock (_gate)
        {
            if (_isComplete)
            {
                return false;
            }

            _batches.Enqueue((flows, onDropped));
            _batchFlows += flows.Count;
            if (_batches.Count > MaximumBatches)
            {
                oldest = _batches.Dequeue();
                _batchFlows -= oldest.Flows.Count;
                _dropped += oldest.Flows.Count;
            }
        }

        if (oldest.Flows is not null)
        {
            TellDropped(oldest.Flows, oldest.OnDropped);
        }

        _batchAdded.Writer.TryWrite(true);
        return true;
    }

    /// <summary>Takes no more flows.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _isComplete = true;
        }

        _batchAdded.Writer.TryWrite(true);
        _changed.Writer.TryWrite(true);
    }

    /// <summary>Makes messages of what comes, until it is cancelled.</summary>
    public async Task EncodeAsync(CancellationToken cancellationToken)
    {
        while (await _batchAdded.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            _batchAdded.Reader.TryRead(out _);
            while (TakeBatches() is { Count: > 0 } batches)
            {
                Encode(batches);
                _changed.Writer.TryWrite(true);
            }
        }
    }

    /// <summary>Waits until there may be something new to send, or all is done.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        await _changed.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false);
        _changed.Reader.TryRead(out _);
    }

    /// <summary>Begins anew with the oldest message: there is another connection.</summary>
    public void Rewind()
    {
        lock (_gate)
        {
            _next = _messages.First;
            _inFlight = 0;
            _inFlightBytes = 0;
        }

        _changed.Writer.TryWrite(true);
    }

    /// <summary>The next message to send.</summary>
    /// <returns>Null when there is none, or too many are on their way.</returns>
    public PendingFlows? TakeNext()
    {
        lock (_gate)
        {
            if (_next is not { Value: var message } || (_inFlight > 0 && (_inFlight >= WindowMessages || _inFlightBytes + message.Bytes.Length > WindowBytes)))
            {
                return null;
            }

            _next = _next.Next;
            _inFlight++;
            _inFlightBytes += message.Bytes.Length;
            _repeated += message.WasSent ? 1 : 0;
            message.WasSent = true;
            return message;
        }
    }

    /// <summary>Forgets what the analyzer has.</summary>
    /// <param name="sequence">Up to here.</param>
    /// <param name="lost">Of these, the sequences that it could not store.</param>
    public void Acknowledge(long sequence, IReadOnlyCollection<long> lost)
    {
        List<PendingFlows>? lostMessages = null;
        lock (_gate)
        {
            while (_messages.First is { } first && first.Value.Sequence <= sequence)
            {
                var message = first.Value;
                if (first == _next)
                {
                    // Acknowledged on the connection before, which broke with the word on its way.
                    _next = first.Next;
                }
                else
                {
                    _inFlight--;
                    _inFlightBytes -= message.Bytes.Length;
                }

                Remove(first);
                if (lost.Contains(message.Sequence))
                {
                    _dropped += message.FlowCount;
                    (lostMessages ??= []).Add(message);
                }
                else
                {
                    _acknowledged += message.FlowCount;
                }
            }
        }

        foreach (var message in lostMessages ?? [])
        {
            message.TellDropped();
        }

        _changed.Writer.TryWrite(true);
    }

    /// <summary>Gives up what is left.</summary>
    /// <returns>How many updates of flows are lost.</returns>
    public long GiveUp()
    {
        Complete();
        long lost;
        PendingFlows[] messages;
        (IReadOnlyList<Flow> Flows, Action<int, int>? OnDropped)[] batches;
        lock (_gate)
        {
            messages = [.. _messages];
            batches = [.. _batches];
            _messages.Clear();
            _batches.Clear();
            _next = null;
            lost = _messageFlows + _batchFlows;
            _dropped += lost;
            _bytes = _messageFlows = _batchFlows = 0;
        }

        foreach (var message in messages)
        {
            message.TellDropped();
        }

        foreach (var (flows, onDropped) in batches)
        {
            TellDropped(flows, onDropped);
        }

        return lost;
    }

    private static Channel<bool> MakeSignal() => Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private static int CountPackets(IReadOnlyList<Flow> flows) => flows is FlowBatch batch ? batch.RawPackets.Sum(static flow => flow.Packets.Count) : 0;

    private List<(IReadOnlyList<Flow> Flows, Action<int, int>? OnDropped)> TakeBatches()
    {
        var batches = new List<(IReadOnlyList<Flow> Flows, Action<int, int>? OnDropped)>(BatchesPerMessage);
        lock (_gate)
        {
            int count = 0;
            while (batches.Count < BatchesPerMessage && _batches.TryPeek(out var batch) && (batches.Count == 0 || count + batch.Flows.Count <= FlowChunk.MaxCount))
            {
                batches.Add(_batches.Dequeue());
                count += batch.Flows.Count;
                _batchFlows -= batch.Flows.Count;
            }

            _encodingFlows = count;
        }

        return batches;
    }

    private void Encode(List<(IReadOnlyList<Flow> Flows, Action<int, int>? OnDropped)> batches)
    {
        // Packets go first: what the store says of a flow, it has.
        foreach (var (flows, onDropped) in batches)
        {
            EncodePackets(flows, onDropped);
        }

        byte[] chunk;
        try
        {
            chunk = batches.TrueForAll(static batch => batch.Flows is FlowBatch)
                ? FlowChunk.EncodeBatches([.. batches.Select(static batch => (FlowBatch)batch.Flows)])
                : FlowChunk.Encode([.. batches.SelectMany(static batch => batch.Flows)]);
        }
        catch (ArgumentException)
        {
            // With very long texts fewer flows go into a block; one batch alone that does not fit is lost.
            if (batches.Count == 1)
            {
                DropFlows(batches[0].Flows, batches[0].OnDropped);
                return;
            }

            foreach (var batch in batches)
            {
                EncodeFlows([batch]);
            }

            return;
        }

        Add(chunk, [], [.. batches.Select(static batch => new FlowShare(batch.OnDropped, batch.Flows.Count, 0))]);
    }

    private void EncodeFlows(List<(IReadOnlyList<Flow> Flows, Action<int, int>? OnDropped)> batch)
    {
        try
        {
            Add(FlowChunk.Encode(batch[0].Flows), [], [new(batch[0].OnDropped, batch[0].Flows.Count, 0)]);
        }
        catch (ArgumentException)
        {
            DropFlows(batch[0].Flows, batch[0].OnDropped);
        }
    }

    private void EncodePackets(IReadOnlyList<Flow> flows, Action<int, int>? onDropped)
    {
        if (flows is not FlowBatch batch)
        {
            return;
        }

        var group = new List<FlowRawPackets>();
        int bytes = 0, count = 0;
        foreach (var flow in batch.RawPackets)
        {
            var packets = new List<RawPacket>();
            foreach (var packet in flow.Packets)
            {
                packets.Add(packet);
                count++;
                bytes += packet.Data.Length;
                if (bytes >= PacketBytesPerMessage)
                {
                    group.Add(new(flow.FlowUUID, packets));
                    Add([], RawPacketChunk.Encode(group), [new(onDropped, 0, count)]);
                    group.Clear();
                    packets = [];
                    bytes = count = 0;
                }
            }

            if (packets.Count > 0)
            {
                group.Add(new(flow.FlowUUID, packets));
            }
        }

        if (group.Count > 0)
        {
            Add([], RawPacketChunk.Encode(group), [new(onDropped, 0, count)]);
        }
    }

    private void Add(ReadOnlySpan<byte> flows, ReadOnlySpan<byte> packets, IReadOnlyList<FlowShare> shares)
    {
        // One task alone makes messages.
        long sequence = ++_lastSequence;
        var added = new PendingFlows(sequence, FlowMessage.Encode(Run, sequence, flows, packets), shares);
        List<PendingFlows>? lost = null;
        lock (_gate)
        {
            var node = _messages.AddLast(added);
            _next ??= node;
            _bytes += added.Bytes.Length;
            _messageFlows += added.FlowCount;
            _encodingFlows -= added.FlowCount;
            while (_bytes > _maximumBytes && _next is { } oldest && oldest != _messages.Last)
            {
                _next = oldest.Next;
                Remove(oldest);
                _dropped += oldest.Value.FlowCount;
                (lost ??= []).Add(oldest.Value);
            }
        }

        foreach (var message in lost ?? [])
        {
            message.TellDropped();
        }

        _changed.Writer.TryWrite(true);
    }

    private void Remove(LinkedListNode<PendingFlows> node)
    {
        _messages.Remove(node);
        _bytes -= node.Value.Bytes.Length;
        _messageFlows -= node.Value.FlowCount;
    }

    // Their packets are on their way already.
    private void DropFlows(IReadOnlyList<Flow> flows, Action<int, int>? onDropped)
    {
        lock (_gate)
        {
            _encodingFlows -= flows.Count;
            _dropped += flows.Count;
        }

        onDropped?.Invoke(flows.Count, 0);
    }

    private static void TellDropped(IReadOnlyList<Flow> flows, Action<int, int>? onDropped) => onDropped?.Invoke(flows.Count, CountPackets(flows));
}
