using Skydive.Linux.Namespaces;
using Skydive.Linux.Route;

namespace Skydive.Agent.Topology;

/// <summary>What the probe knows of one namespace. Belongs to the probe's thread.</summary>
internal sealed class NamespaceState : IDisposable
{
    private readonly Dictionary<int, NamespaceState> _peersById = [];
    private readonly Dictionary<NamespaceState, int> _idsOfPeers = [];

    private NamespaceState(ulong key, NamespaceSource source, NetworkNamespace networkNamespace, RtnetlinkListener listener, RtnetlinkClient client)
    {
        Key = key;
        Namespace = networkNamespace;
        Name = source.Name;
        Path = source.Path;
        Manager = source.Manager;
        Listener = listener;
        Client = client;
    }

    /// <summary>Its number in the poller.</summary>
    public ulong Key { get; }

    public NetworkNamespace Namespace { get; }

    /// <summary>Its name; empty for the namespace of the host.</summary>
    public string Name { get; set; }

    /// <summary>Where it was found.</summary>
    public string Path { get; set; }

    /// <summary>The system that manages it; null for none.</summary>
    public string? Manager { get; set; }

    /// <summary>What it is called in the log.</summary>
    public string Title => Name.Length == 0 ? "the host" : Name;

    public RtnetlinkListener Listener { get; }

    public RtnetlinkClient Client { get; }

    /// <summary>Identifier of the node that owns its interfaces.</summary>
    public string? NodeId { get; set; }

    public Dictionary<int, LinkState> Links { get; } = [];

    /// <summary>
    /// Opens the sockets of a namespace: first the one for events, so that none is missed between dump and events. The source's own descriptor
    /// is closed, since it may hold the file that the namespace is mounted on.
    /// </summary>
    /// <exception cref="Skydive.Linux.LinuxException">It cannot be entered; then the source's namespace is open still.</exception>
    public static NamespaceState Open(ulong key, NamespaceSource source, Func<NetworkNamespace, RtnetlinkListener> openListener)
    {
        var networkNamespace = source.Namespace.Reopen();
        RtnetlinkListener? listener = null;
        try
        {
            listener = openListener(networkNamespace);
            var state = new NamespaceState(key, source, networkNamespace, listener, RtnetlinkClient.Open(networkNamespace));
            source.Namespace.Dispose();
            return state;
        }
        catch
        {
            listener?.Dispose();
            networkNamespace.Dispose();
            throw;
        }
    }

    /// <summary>The namespace that an id means in this one, as far as it was asked for.</summary>
    public NamespaceState? FindPeer(int id) => _peersById.GetValueOrDefault(id);

    /// <summary>The id of a namespace in this one, as far as it was asked for.</summary>
    public int? FindId(NamespaceState peer) => _idsOfPeers.TryGetValue(peer, out int id) ? id : null;

    /// <summary>Keeps the id of a namespace in this one. It is the same as long as that namespace exists.</summary>
    public void Learn(NamespaceState peer, int id)
    {
        _peersById[id] = peer;
        _idsOfPeers[peer] = id;
    }

    /// <summary>Forgets a namespace that is no longer watched.</summary>
    public void Unlearn(NamespaceState peer)
    {
        if (_idsOfPeers.Remove(peer, out int id))
        {
            _peersById.Remove(id);
        }
    }

    public void Dispose()
    {
        Listener.Dispose();
        Client.Dispose();
        Namespace.Dispose();
    }
}
