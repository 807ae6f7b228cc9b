using System.Net;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;

namespace Skydive.Analyzer.Flows;

/// <summary>
/// Interfaces by their IP and MAC addresses, and processes by their sockets, as nodes tell them. Texts are keys, since flows and nodes write
/// addresses the same way. Not for use by several threads at once.
/// </summary>
internal sealed class EndpointIndex
{
    private static readonly List<Node> s_none = [];

    private readonly Dictionary<string, List<Node>> _byAddress = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Node>> _byMac = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Node>> _byPeerMac = new(StringComparer.Ordinal);
    private readonly Dictionary<SocketEnds, List<(string NodeId, FlowSocket Socket)>> _sockets = [];
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>Nodes with an IP address.</summary>
    public IReadOnlyList<Node> FindAddress(string address) => _byAddress.GetValueOrDefault(address, s_none);

    /// <summary>Nodes with a MAC address.</summary>
    public IReadOnlyList<Node> FindMac(string mac) => _byMac.GetValueOrDefault(mac, s_none);

    /// <summary>Nodes whose other end, such as that of a virtual machine, has a MAC address.</summary>
    public IReadOnlyList<Node> FindPeerMac(string mac) => _byPeerMac.GetValueOrDefault(mac, s_none);

    /// <summary>Processes that have a socket with these ends, each with the node that tells of it.</summary>
    public IReadOnlyList<(string NodeId, FlowSocket Socket)> FindSockets(in SocketEnds ends) => _sockets.TryGetValue(ends, out var found) ? found : [];

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _byAddress.Clear();
        _byMac.Clear();
        _byPeerMac.Clear();
        _sockets.Clear();
        _entries.Clear();
    }

    /// <summary>Takes a node as it is now.</summary>
    public void Put(Node node)
    {
        var metadata = node.Metadata;
        _entries.TryGetValue(node.Id, out var before);
        var (ipv4, ipv6, mac, peerMac, sockets, tid) =
            (metadata["IPV4"], metadata["IPV6"], metadata["MAC"], metadata["PeerIntfMAC"], metadata["Sockets"], node.TID);
        if (before is not null && before.HasAddresses(ipv4, ipv6, mac, peerMac, tid))
        {
            // Counters tick in most updates.
            if (!before.Sockets.Equals(sockets))
            {
                RemoveSockets(node.Id, before);
                before.Sockets = sockets;
                AddSockets(node.Id, before);
            }

            return;
        }

        Remove(node.Id);
        if (ipv4.IsNull && ipv6.IsNull && mac.IsNull && peerMac.IsNull && sockets.IsNull)
        {
            return;
        }

        var entry = new Entry(node, ipv4, ipv6, mac, peerMac) { Sockets = sockets };
        _entries.Add(node.Id, entry);
        if (tid is not null)
        {
            foreach (string address in entry.Addresses)
            {
                Add(_byAddress, address, node);
            }

            Add(_byMac, mac.AsString, node);
            Add(_byPeerMac, peerMac.AsString, node);
        }

        AddSockets(node.Id, entry);
    }

    /// <summary>Forgets a node.</summary>
    public void Remove(string id)
    {
        if (!_entries.Remove(id, out var entry))
        {
            return;
        }

        foreach (string address in entry.Addresses)
        {
            Remove(_byAddress, address, id);
        }

        Remove(_byMac, entry.Mac.AsString, id);
        Remove(_byPeerMac, entry.PeerMac.AsString, id);
        RemoveSockets(id, entry);
    }

    /// <summary>An address without the length of its prefix.</summary>
    private static string WithoutPrefix(string address) =>
        address.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash ? address[..slash] : address;

    /// <summary>An address as flows write it: IPv4 addresses that are mapped into IPv6 are the IPv4 addresses.</summary>
    private static string Unmapped(string address) =>
        address.StartsWith("::ffff:", StringComparison.Ordinal) && IPAddress.TryParse(address, out var parsed) && parsed.IsIPv4MappedToIPv6
            ? parsed.MapToIPv4().ToString()
            : address;

    private static void Add(Dictionary<string, List<Node>> index, string? key, Node node)
    {
        if (!string.IsNullOrEmpty(key))
        {
            (index.TryGetValue(key, out var nodes) ? nodes : index[key] = []).Add(node);
        }
    }

    private static void Remove(Dictionary<string, List<Node>> index, string? key, string id)
    {
        if (!string.IsNullOrEmpty(key) && index.TryGetValue(key, out var nodes))
        {
            nodes.RemoveAll(node => node.Id == id);
            if (nodes.Count == 0)
            {
                index.Remove(key);
            }
        }
    }

    private void AddSockets(string id, Entry entry)
    {
        entry.SocketKeys = entry.Sockets.Elements.Length == 0 ? null : [];
        foreach (var element in entry.Sockets.Elements)
        {
            // Of some sockets the process is not known.
            if (element.AsMap is { } socket
                && socket["Process"].AsString is { } process
                && socket["Protocol"].AsString is { } protocol
                && socket["LocalAddress"].AsString is { } local
                && socket["RemoteAddress"].AsString is { } remote
                && socket["LocalPort"].TryGetInteger(out long localPort)
                && socket["RemotePort"].TryGetInteger(out long remotePort))
            {
                socket["Pid"].TryGetInteger(out long pid);
                var ends = new SocketEnds(protocol, Unmapped(local), localPort, Unmapped(remote), remotePort);
                (_sockets.TryGetValue(ends, out var found) ? found : _sockets[ends] = [])
                    .Add((id, new() { Process = process, Pid = pid, Name = socket["Name"].AsString ?? string.Empty }));
                entry.SocketKeys!.Add(ends);
            }
        }
    }

    private void RemoveSockets(string id, Entry entry)
    {
        foreach (var ends in entry.SocketKeys ?? [])
        {
            if (_sockets.TryGetValue(ends, out var found))
            {
                found.RemoveAll(socket => socket.NodeId == id);
                if (found.Count == 0)
                {
                    _sockets.Remove(ends);
                }
            }
        }

        entry.SocketKeys = null;
    }

    private sealed class Entry(Node node, MetadataValue ipv4, MetadataValue ipv6, MetadataValue mac, MetadataValue peerMac)
    {
        private readonly string? _tid = node.TID;

        public MetadataValue Mac => mac;

        public MetadataValue PeerMac => peerMac;

        public MetadataValue Sockets { get; set; }

        public List<SocketEnds>? SocketKeys { get; set; }

        public IEnumerable<string> Addresses =>
            ipv4.Elements.ToArray().Concat(ipv6.Elements.ToArray()).Select(static value => value.AsString).OfType<string>().Select(WithoutPrefix).Distinct(StringComparer.Ordinal);

        public bool HasAddresses(MetadataValue otherIPv4, MetadataValue otherIPv6, MetadataValue otherMac, MetadataValue otherPeerMac, string? otherTid) =>
            _tid == otherTid && ipv4.Equals(otherIPv4) && ipv6.Equals(otherIPv6) && mac.Equals(otherMac) && peerMac.Equals(otherPeerMac);
    }
}
