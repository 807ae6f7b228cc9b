using System.Collections.Concurrent;
using Skydive.Contracts.Status;

namespace Skydive.Analyzer.WebSockets;

/// <summary>The WebSocket clients of one kind, by the identity that they give. Safe for use by several threads at once.</summary>
public sealed class ConnectionDirectory
{
    private readonly ConcurrentDictionary<string, Func<ConnectionStatus>> _connections = new(StringComparer.Ordinal);
    private long _totalConnections;
    private long _dropped;
    private long _refused;

    /// <summary>How the connections do, by identity of the client.</summary>
    public IReadOnlyDictionary<string, ConnectionStatus> Status =>
        _connections.ToDictionary(static entry => entry.Key, static entry => entry.Value(), StringComparer.Ordinal);

    /// <summary>How many there are.</summary>
    internal int Count => _connections.Count;

    /// <summary>How many there were so far.</summary>
    internal long TotalConnections => Interlocked.Read(ref _totalConnections);

    /// <summary>How many messages clients were not sent because they were too slow, those that are gone included.</summary>
    internal long TotalDropped => Interlocked.Read(ref _dropped) + _connections.Values.Sum(static status => status().Dropped);

    /// <summary>How many elements and changes of clients were left out, those that are gone included.</summary>
    internal long TotalRefused => Interlocked.Read(ref _refused) + _connections.Values.Sum(static status => status().Refused);

    internal bool TryAdd(string hostId, Func<ConnectionStatus> status)
    {
        if (!_connections.TryAdd(hostId, status))
        {
            return false;
        }

        Interlocked.Increment(ref _totalConnections);
        return true;
    }

    internal void Remove(string hostId)
    {
        if (_connections.TryRemove(hostId, out var status))
        {
            Interlocked.Add(ref _dropped, status().Dropped);
            Interlocked.Add(ref _refused, status().Refused);
        }
    }
}
