using System.Collections.Concurrent;
using Skydive.Contracts;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Messages;

namespace Skydive.Analyzer.Flows;

/// <summary>
/// Tells subscribers of flows when the store has them. A subscriber that takes none for so long that its queue is full misses the next. Costs
/// nothing while there is nobody to tell. Safe for use by several threads at once.
/// </summary>
internal sealed class FlowBoard
{
    private readonly ConcurrentDictionary<FlowReader, bool> _readers = new();

    /// <summary>Begins to tell one.</summary>
    public void Add(FlowReader reader) => _readers[reader] = true;

    /// <summary>Ends to tell one.</summary>
    public void Remove(FlowReader reader) => _readers.TryRemove(reader, out _);

    /// <summary>Tells everybody of flows.</summary>
    public void Tell(IReadOnlyList<Flow> flows)
    {
        if (_readers.IsEmpty || flows.Count == 0)
        {
            return;
        }

        ReadOnlyMemory<byte>? all = null;
        var ofCaptures = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        foreach (var reader in _readers.Keys)
        {
            if (reader.WantsAll)
            {
                reader.Tell(all ??= Write(MessageNamespaces.FlowStream, flows));
            }

            foreach (string capture in reader.Captures)
            {
                if (!ofCaptures.TryGetValue(capture, out var message))
                {
                    var part = flows.Where(flow => flow.CaptureID == capture).ToList();
                    ofCaptures[capture] = message = part.Count > 0 ? Write(MessageNamespaces.FlowOfCapture + capture, part) : default;
                }

                if (!message.IsEmpty)
                {
                    reader.Tell(message);
                }
            }
        }
    }

    private static ReadOnlyMemory<byte> Write(string messageNamespace, IReadOnlyList<Flow> flows) =>
        MessageWriter.Write(messageNamespace, MessageTypes.Store, Guid.NewGuid().ToString(), flows, ContractsJsonContext.Default.IReadOnlyListFlow);
}
