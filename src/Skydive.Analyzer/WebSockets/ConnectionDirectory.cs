using System.Collections.Concurrent;
using Skydive.Contracts.Status;

namespace Skydive.Analyzer.WebSockets;

/// <summary>The WebSocket clients of one kind, by the identity that they give. Safe for use by several threads at once.</summary>
public sealed class ConnectionDirectory
{
    private readonly ConcurrentDictionary<string, Func<ConnectionStatus>> _connections = new(StringComparer.Ordinal);

    /// <summary>How the connections do, by identity of the client.</summary>
    public IReadOnlyDictionary<string, ConnectionStatus> Status =>
        _connections.ToDictionary(static entry => entry.Key, static entry => entry.Value(), StringComparer.Ordinal);

    internal bool TryAdd(string hostId, Func<ConnectionStatus> status) => _connections.TryAdd(hostId, status);

    internal void Remove(string hostId) => _connections.TryRemove(hostId, out _);
}
