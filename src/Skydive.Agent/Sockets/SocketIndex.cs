using System.Collections.Concurrent;
using System.Net;
using Skydive.Linux.Sockets;

namespace Skydive.Agent.Sockets;

/// <summary>
/// Finds the sockets that stand at the ends of a connection. Safe for use by several threads at once; finding takes no lock. One connection
/// may have several sockets at an end: each namespace of a host may have a socket with the same addresses.
/// </summary>
internal sealed class SocketIndex
{
    private static readonly InternetEndPoint s_any4 = new(IPAddress.Any, 0);
    private static readonly InternetEndPoint s_any6 = new(IPAddress.IPv6Any, 0);

    private readonly ConcurrentDictionary<SocketKey, NodeSocket[]> _sockets = new();
    private readonly Dictionary<string, HashSet<SocketEntry>> _nodes = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>How many sockets there are.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _nodes.Values.Sum(static sockets => sockets.Count);
            }
        }
    }

    /// <summary>Takes over the sockets of a node; those that it had before and has not any more are forgotten.</summary>
    /// <param name="nodeId">The node.</param>
    /// <param name="sockets">Its sockets.</param>
    public void Set(string nodeId, IReadOnlyCollection<SocketEntry> sockets)
    {
        var now = sockets.ToHashSet();
        lock (_lock)
        {
            var before = _nodes.GetValueOrDefault(nodeId);
            foreach (var socket in before ?? [])
            {
                if (!now.Contains(socket))
                {
                    Remove(nodeId, socket);
                }
            }

            foreach (var socket in now)
            {
                if (before is null || !before.Contains(socket))
                {
                    Add(nodeId, socket);
                }
            }

            if (now.Count == 0)
            {
                _nodes.Remove(nodeId);
            }
            else
            {
                _nodes[nodeId] = now;
            }
        }
    }

    /// <summary>Forgets the sockets of a node.</summary>
    /// <param name="nodeId">The node.</param>
    public void Remove(string nodeId) => Set(nodeId, []);

    /// <summary>The sockets that are open for one direction of a connection.</summary>
    /// <param name="protocol">TCP or UDP.</param>
    /// <param name="local">The side of the socket.</param>
    /// <param name="remote">The other side.</param>
    /// <returns>
    /// The sockets that are connected so; when there are none, those that take packets for this side from all: servers of UDP, and of TCP before
    /// they have accepted.
    /// </returns>
    public IReadOnlyList<NodeSocket> Find(SocketProtocol protocol, InternetEndPoint local, InternetEndPoint remote)
    {
        if (_sockets.TryGetValue(new(protocol, local, remote), out var found)
            || _sockets.TryGetValue(new(protocol, local, local.IsIPv4 ? s_any4 : s_any6), out found))
        {
            return found;
        }

        // Servers of all addresses: of IPv4, or of IPv6 that take IPv4 too.
        var any4 = local.IsIPv4 && _sockets.TryGetValue(new(protocol, s_any4 with { Port = local.Port }, s_any4), out found) ? found : [];
        var any6 = _sockets.TryGetValue(new(protocol, s_any6 with { Port = local.Port }, s_any6), out found) ? found : [];
        return any4.Length == 0 ? any6 : any6.Length == 0 ? any4 : [.. any4, .. any6];
    }

    /// <summary>The sockets at both ends of a connection.</summary>
    /// <param name="protocol">TCP or UDP.</param>
    /// <param name="a">One end.</param>
    /// <param name="b">The other.</param>
    /// <returns>Those at the one end, and those at the other.</returns>
    public SocketEnds FindBoth(SocketProtocol protocol, InternetEndPoint a, InternetEndPoint b) => new(Find(protocol, a, b), Find(protocol, b, a));

    private static SocketKey KeyOf(in SocketEntry socket) => new(socket.Protocol, socket.Local, socket.Remote);

    private void Add(string nodeId, SocketEntry socket) => _sockets.AddOrUpdate(
        KeyOf(socket),
        static (_, added) => [added],
        static (_, known, added) => [.. known, added],
        new NodeSocket(nodeId, socket));

    private void Remove(string nodeId, SocketEntry socket)
    {
        var key = KeyOf(socket);
        if (_sockets.TryGetValue(key, out var known))
        {
            var gone = new NodeSocket(nodeId, socket);
            NodeSocket[] left = [.. known.Where(other => other != gone)];
            if (left.Length == 0)
            {
                _sockets.TryRemove(key, out _);
            }
            else
            {
                _sockets[key] = left;
            }
        }
    }
}
