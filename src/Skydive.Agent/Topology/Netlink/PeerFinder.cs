using Microsoft.Extensions.Logging;
using Skydive.Linux;
using Skydive.Linux.Netlink;

namespace Skydive.Agent.Topology.Netlink;

/// <summary>
/// Joins the ends of veth pairs, and finds the namespace in which the other end of an interface stands. Asks the kernel where what is known
/// does not tell. Of two ends, the one that came or changed last finds the other.
/// </summary>
internal sealed partial class PeerFinder(
    IReadOnlyCollection<NamespaceState> namespaces, TopologyChanges changes, ILogger logger, CancellationToken cancellationToken)
{
    /// <summary>How many namespaces were added until now: what was not found then may be among them.</summary>
    public int Generation { get; set; }

    /// <summary>Looks at all interfaces that changed.</summary>
    public void Find()
    {
        foreach (var link in changes.Outdated)
        {
            Refresh(link);
        }

        changes.Outdated.Clear();

        // More are added on the way.
        for (int i = 0; i < changes.Links.Count; i++)
        {
            var link = changes.Links[i];
            if (link.IsGone)
            {
                continue;
            }

            if (link.LinkPlace is null && link.Message.LinkNamespaceId is { } id)
            {
                link.LinkPlace = Resolve(link, id);
            }

            if (link.IsVeth && link.Peer is null && link.Message.LinkIndex != 0
                && (link.Message.LinkNamespaceId is null ? link.Owner : link.LinkPlace) is { } place && FindIn(link, place) is { } peer)
            {
                Join(link, peer);
            }
        }
    }

    /// <summary>Looks everywhere for the namespaces of those whose other end has not shown up.</summary>
    public void FindPlaces()
    {
        foreach (var link in changes.Unplaced)
        {
            if (link is { IsGone: false, LinkPlace: null, Message.LinkNamespaceId: { } id } && (link.Owner.FindPeer(id) ?? Search(link, id)) is { } place)
            {
                link.LinkPlace = place;
                changes.Mark(link, LinkParts.Link);
            }
        }

        changes.Unplaced.Clear();
    }

    private static bool ArePeers(LinkState link, LinkState peer) =>
        peer.Message.LinkIndex == link.Message.Index && (peer.Message.LinkNamespaceId is null) == (peer.Owner == link.Owner);

    private void Join(LinkState link, LinkState peer)
    {
        link.Peer = peer;
        peer.Peer = link;
        if (peer.Message.LinkNamespaceId is { } id)
        {
            peer.LinkPlace = link.Owner;
            peer.Owner.Learn(link.Owner, id);
        }

        changes.Mark(peer, LinkParts.Link);
    }

    private NamespaceState? Resolve(LinkState link, int id)
    {
        if (link.Owner.FindPeer(id) is { } known)
        {
            return known;
        }

        if (link.Owner.IsStranger(id, Generation))
        {
            return null;
        }

        // First the namespaces with an interface that may be the peer: of hundreds that is one, or a few.
        foreach (var candidate in namespaces)
        {
            if (MayHoldPeer(link, candidate) && IsPlace(link.Owner, candidate, id))
            {
                return candidate;
            }
        }

        if (link.IsVeth)
        {
            // The event of the other end is on the way most of the time, and finds this one.
            changes.Unplaced.Add(link);
            return null;
        }

        return Search(link, id);
    }

    /// <summary>Asks for each namespace whether it has an id in that of an interface.</summary>
    private NamespaceState? Search(LinkState link, int id)
    {
        if (link.Owner.IsStranger(id, Generation))
        {
            return null;
        }

        foreach (var candidate in namespaces)
        {
            if (IsPlace(link.Owner, candidate, id))
            {
                return candidate;
            }
        }

        link.Owner.LearnStranger(id, Generation);
        return null;
    }

    private static bool MayHoldPeer(LinkState link, NamespaceState candidate) =>
        link.IsVeth && candidate != link.Owner
        && candidate.Links.GetValueOrDefault(link.Message.LinkIndex) is { IsVeth: true, Peer: null } end
        && (end.Changed == LinkParts.None || end.Message.LinkIndex == 0 || end.Message.LinkIndex == link.Message.Index);

    private bool IsPlace(NamespaceState owner, NamespaceState candidate, int id)
    {
        if (owner.FindId(candidate) is { } known)
        {
            return known == id;
        }

        try
        {
            if (owner.Kernel.GetNamespaceId(candidate.Kernel.Namespace, cancellationToken) is not { } asked)
            {
                return false;
            }

            owner.Learn(candidate, asked);
            return asked == id;
        }
        catch (NetlinkException e)
        {
            LogReadFailed(logger, owner.Title, e.Message);
            return false;
        }
    }

    /// <summary>The other end in the namespace where it must be, unless it is joined to another or not known yet.</summary>
    private LinkState? FindIn(LinkState link, NamespaceState place)
    {
        if (place.Links.GetValueOrDefault(link.Message.LinkIndex) is not { IsVeth: true, Peer: null } peer)
        {
            return null;
        }

        // What is known of it may be from before this end came here: the kernel tells of the first end of a new pair before there is a second.
        if (peer.Changed == LinkParts.None || !ArePeers(link, peer))
        {
            Refresh(peer);
        }

        return ArePeers(link, peer) ? peer : null;
    }

    /// <summary>When one end of a pair moves, the kernel does not tell of the other, whose place of the peer has changed all the same.</summary>
    private void Refresh(LinkState link)
    {
        try
        {
            var message = link.Owner.Kernel.GetLink(link.Message.Index, cancellationToken);
            if (message.LinkIndex != link.Message.LinkIndex || message.LinkNamespaceId != link.Message.LinkNamespaceId)
            {
                link.LinkPlace = null;
            }

            link.Message = message;
            changes.Mark(link, LinkParts.Link);
        }
        catch (NetlinkException e) when (e.Reason == LinuxErrorReason.NotFound)
        {
            // Its deletion is on the way.
        }
        catch (NetlinkException e)
        {
            LogReadFailed(logger, link.Owner.Title, e.Message);
        }
    }

    [LoggerMessage(1004, LogLevel.Warning, "Where interfaces of {Namespace} lead could not be read: {Reason}")]
    private static partial void LogReadFailed(ILogger logger, string @namespace, string reason);
}
