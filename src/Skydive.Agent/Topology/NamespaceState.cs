using Skydive.Linux.Namespaces;
using Skydive.Linux.Route;

namespace Skydive.Agent.Topology;

/// <summary>What the probe knows of one namespace. Belongs to the probe's thread.</summary>
internal sealed class NamespaceState : IDisposable
{
    private NamespaceState(ulong key, NetworkNamespace networkNamespace, string name, RtnetlinkListener listener, RtnetlinkClient client)
    {
        Key = key;
        Namespace = networkNamespace;
        Name = name;
        Listener = listener;
        Client = client;
    }

    /// <summary>Its number in the poller.</summary>
    public ulong Key { get; }

    public NetworkNamespace Namespace { get; }

    /// <summary>Its name; empty for the namespace of the host.</summary>
    public string Name { get; }

    public RtnetlinkListener Listener { get; }

    public RtnetlinkClient Client { get; }

    /// <summary>Identifier of the node that owns its interfaces.</summary>
    public string? NodeId { get; set; }

    public Dictionary<int, LinkState> Links { get; } = [];

    /// <summary>Which namespace an id in this one means, as far as it was asked for.</summary>
    public Dictionary<int, NamespaceState> PeerNamespaces { get; } = [];

    /// <summary>Opens the sockets of a namespace: first the one for events, so that none is missed between dump and events.</summary>
    /// <exception cref="Skydive.Linux.LinuxException">It cannot be entered.</exception>
    public static NamespaceState Open(ulong key, NetworkNamespace networkNamespace, string name)
    {
        var listener = RtnetlinkListener.Open(networkNamespace, RtnetlinkGroups.Links | RtnetlinkGroups.Addresses);
        try
        {
            return new(key, networkNamespace, name, listener, RtnetlinkClient.Open(networkNamespace));
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Listener.Dispose();
        Client.Dispose();
        Namespace.Dispose();
    }
}
