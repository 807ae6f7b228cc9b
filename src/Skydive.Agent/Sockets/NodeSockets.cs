using Skydive.Contracts.Metadata;
using Skydive.Linux.Sockets;

namespace Skydive.Agent.Sockets;

/// <summary>The sockets of one node as they were told last, and what of them history knows.</summary>
/// <remarks>
/// Connections come and go all the time, and one revision of a list for each of them would drown history. Hence a list becomes a revision when
/// somebody is in it whom history does not know: a server, or a program that speaks with another host or port than any before
/// (<see cref="SocketPeer"/>). Somebody who is gone is taken out of history when he stays away for <see cref="PatienceRounds"/> looks, or along
/// with the next revision. All other changes are told as transient ones.
/// </remarks>
internal sealed class NodeSockets
{
    /// <summary>How many looks in a row somebody must be away to be taken out of history.</summary>
    public const int PatienceRounds = 6;

    private readonly HashSet<(SocketProtocol, ushort)> _servers = [];
    private Dictionary<SocketEntry, MetadataValue> _values = [];
    private HashSet<SocketPeer> _known = [];
    private readonly Dictionary<SocketPeer, int> _away = [];

    /// <summary>The sockets, in order.</summary>
    public IReadOnlyList<SocketEntry> Sockets { get; private set; } = [];

    /// <summary>Takes over what there is now.</summary>
    /// <param name="sockets">The sockets, in order, each once.</param>
    /// <returns>How that is to be told.</returns>
    public SocketChange Update(IReadOnlyList<SocketEntry> sockets)
    {
        bool isSame = Sockets.SequenceEqual(sockets);
        Sockets = sockets;
        _servers.Clear();
        foreach (var socket in sockets)
        {
            if (socket.IsServer)
            {
                _servers.Add((socket.Protocol, socket.Local.Port));
            }
        }

        var peers = new HashSet<SocketPeer>(sockets.Count);
        bool isNews = false;
        foreach (var socket in sockets)
        {
            if (SocketPeer.Of(socket, _servers) is { } peer && peers.Add(peer))
            {
                isNews |= !_known.Contains(peer);
            }
        }

        foreach (var peer in _known)
        {
            if (peers.Contains(peer))
            {
                _away.Remove(peer);
            }
            else
            {
                int rounds = _away.GetValueOrDefault(peer) + 1;
                _away[peer] = rounds;
                isNews |= rounds >= PatienceRounds;
            }
        }

        if (isNews)
        {
            _known = peers;
            _away.Clear();
            return SocketChange.Revision;
        }

        return isSame ? SocketChange.None : SocketChange.Transient;
    }

    /// <summary>The sockets as metadata; what was the same before is the same object.</summary>
    public MetadataValue ToMetadata()
    {
        var values = new Dictionary<SocketEntry, MetadataValue>(Sockets.Count);
        var list = new MetadataValue[Sockets.Count];
        for (int i = 0; i < list.Length; i++)
        {
            list[i] = _values.TryGetValue(Sockets[i], out var known) ? known : SocketMetadata.Build(Sockets[i]);
            values[Sockets[i]] = list[i];
        }

        _values = values;
        return MetadataValue.List(list);
    }
}
