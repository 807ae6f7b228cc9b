using System.Runtime.InteropServices;
using Skydive.Linux.Route;

namespace Skydive.Agent.Topology.Netlink;

/// <summary>
/// Brings what the kernel tells of a namespace, as a whole or change by change, into what is known of it, and collects what the graph has to
/// show of that. Asks nothing. One thread, to which the namespaces belong.
/// </summary>
internal sealed class NamespaceUpdater(TopologyChanges changes)
{
    /// <summary>A list with more entries than this is not written anew with each of them, but at most once a second.</summary>
    private const int LongList = 256;

    private const int FamilyIPv4 = 2;

    /// <summary>
    /// Whether an event would take an interface back to the state that the graph shows, while another state is still to be written: then that
    /// has to be written first, since a revision that leaves it out would hide that the interface was down.
    /// </summary>
    public static bool HidesState(NamespaceState state, in RtnetlinkEvent rtnetlinkEvent)
    {
        if (rtnetlinkEvent is not { Kind: RtnetlinkEventKind.LinkSet, Link: { } message }
            || !state.Links.TryGetValue(message.Index, out var link) || link.Changed == LinkParts.None || link.NodeId is null)
        {
            return false;
        }

        var shown = link.WrittenState;
        return (link.Message.OperationalState != shown.State && message.OperationalState == shown.State)
            || (((link.Message.Flags ^ shown.Flags) & LinkFlags.Up) != 0 && ((message.Flags ^ shown.Flags) & LinkFlags.Up) == 0);
    }

    /// <summary>Something has happened.</summary>
    public void Apply(NamespaceState state, in RtnetlinkEvent rtnetlinkEvent)
    {
        switch (rtnetlinkEvent.Kind)
        {
            case RtnetlinkEventKind.LinkSet:
                Set(state, rtnetlinkEvent.Link!);
                break;
            case RtnetlinkEventKind.LinkRemoved:
                if (state.Links.TryGetValue(rtnetlinkEvent.Link!.Index, out var removed))
                {
                    Forget(removed);
                }

                break;
            case RtnetlinkEventKind.AddressSet:
                Set(state, rtnetlinkEvent.Address!);
                break;
            case RtnetlinkEventKind.AddressRemoved:
                Remove(state, rtnetlinkEvent.Address!);
                break;
            case RtnetlinkEventKind.RouteSet:
                state.Routes.Set(rtnetlinkEvent.Route!, rtnetlinkEvent.Flags);
                Settle(state);
                break;
            case RtnetlinkEventKind.RouteRemoved:
                state.Routes.Remove(rtnetlinkEvent.Route!);
                Settle(state);
                break;
            case RtnetlinkEventKind.NextHopSet or RtnetlinkEventKind.NextHopRemoved when state.Routes.UsesNextHops:
                state.AreNextHopsDoubtful = true;
                changes.DoubtfulRoutes.Add(state);
                break;
            case RtnetlinkEventKind.NeighbourSet:
                Set(state, rtnetlinkEvent.Neighbour!);
                break;
            case RtnetlinkEventKind.NeighbourRemoved:
                Remove(state, rtnetlinkEvent.Neighbour!);
                break;
            case RtnetlinkEventKind.BridgePortSet:
                SetVlans(state, rtnetlinkEvent.BridgePort!.Index, rtnetlinkEvent.BridgePort.Vlans);
                break;
            case RtnetlinkEventKind.BridgePortRemoved:
                SetVlans(state, rtnetlinkEvent.BridgePort!.Index, []);
                break;
            default:
                break;
        }
    }

    /// <summary>Takes over a namespace as it is now; what was known and is not there any more is forgotten.</summary>
    public void Apply(NamespaceState state, NamespaceContent content)
    {
        if (state.Links.Count > 0)
        {
            var present = content.Links.Select(static message => message.Index).ToHashSet();
            foreach (var gone in state.Links.Values.Where(link => !present.Contains(link.Message.Index)).ToArray())
            {
                Forget(gone);
            }
        }

        state.Links.EnsureCapacity(content.Links.Count);
        foreach (var message in content.Links)
        {
            Set(state, message);
        }

        SetAll(state, content.Addresses);
        Apply(state, content.Routes);
        SetAll(state, content.Neighbours, LinkParts.Neighbours);
    }

    /// <summary>Takes over the routes of a namespace as they are now.</summary>
    public void Apply(NamespaceState state, RouteContent content)
    {
        state.Routes.Load(content.Routes, content.NextHops);
        state.AreNextHopsDoubtful = false;
        Settle(state);
    }

    /// <summary>Takes over the IPv4 routes of an interface as they are now.</summary>
    public void ApplyIPv4Routes(NamespaceState state, int link, IReadOnlyList<RouteMessage> routes)
    {
        state.Routes.LoadIPv4(link, routes);
        Settle(state);
    }

    /// <summary>Takes over what bridges and tunnels of a namespace forward now.</summary>
    public void Apply(NamespaceState state, ForwardingContent content)
    {
        SetAll(state, content.Entries, LinkParts.Forwarding);
        foreach (var port in content.Ports)
        {
            SetVlans(state, port.Index, port.Vlans);
        }
    }

    /// <summary>Forgets an interface.</summary>
    public void Forget(LinkState link)
    {
        var state = link.Owner;
        state.Links.Remove(link.Message.Index);
        state.Routes.RemoveLink(link.Message.Index);
        Settle(state);
        state.DoubtfulRoutes.Remove(link.Message.Index);
        link.IsGone = true;
        changes.Uninspected -= link.Facts is null ? 1 : 0;
        changes.Outdated.Remove(link);
        if (link.Peer is { } peer)
        {
            link.Peer = null;
            peer.Peer = null;
            changes.Mark(peer, LinkParts.Link);
            changes.Outdated.Add(peer);
        }

        if (link.NodeId is { } nodeId)
        {
            changes.DeletedNodes.Add(nodeId);
        }
    }

    private static bool IsSame(AddressMessage left, AddressMessage right) =>
        left.Address.Equals(right.Address) && left.PrefixLength == right.PrefixLength && Equals(left.Peer, right.Peer);

    private void Set(NamespaceState state, LinkMessage message)
    {
        ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(state.Links, message.Index, out bool isKnown);
        if (!isKnown)
        {
            place = new(state, message);
            changes.Appeared.Add(place);
            changes.Uninspected++;
            changes.Mark(place, LinkParts.All);
            return;
        }

        var link = place!;
        var before = link.Message;
        if (message.VirtualFunctions is null && before.VirtualFunctions is not null && message.VirtualFunctionCount == 0)
        {
            // Events do not tell of them.
            message = message with { VirtualFunctions = before.VirtualFunctions, VirtualFunctionCount = before.VirtualFunctionCount };
        }

        link.Message = message;
        changes.Mark(link, LinkParts.Link);
        if (before.LinkIndex != message.LinkIndex || before.LinkNamespaceId != message.LinkNamespaceId)
        {
            link.LinkPlace = null;
            if (link.Peer is { } peer)
            {
                // The other end moved: its new place is looked for anew.
                link.Peer = null;
                peer.Peer = null;
                changes.Separated.Add((link, peer));
                changes.Mark(peer, LinkParts.Link);
                changes.Outdated.Add(peer);
            }
        }

        var turned = before.Flags ^ message.Flags;
        if ((turned & (LinkFlags.Up | LinkFlags.LowerUp)) != 0 && state.Routes.HasIPv4(message.Index))
        {
            Doubt(state, message.Index);
        }

        if (before.MasterIndex != message.MasterIndex)
        {
            // A bridge takes over some entries of a port that leaves it.
            changes.DoubtfulForwarding.Add(state);
            DoubtMaster(state, before.MasterIndex);
            DoubtMaster(state, message.MasterIndex);
        }
        else if ((turned & LinkFlags.LowerUp) != 0)
        {
            DoubtMaster(state, message.MasterIndex);
        }

        if ((turned & LinkFlags.LowerUp) != 0 && message.Kind is null or "bond" or "team")
        {
            // Speed and duplex are those of the new connection.
            changes.Appeared.Add(link);
        }
    }

    private void Set(NamespaceState state, AddressMessage address)
    {
        if (!state.Links.TryGetValue(address.Index, out var link))
        {
            return;
        }

        int index = link.Addresses.FindIndex(known => IsSame(known, address));
        if (index >= 0)
        {
            link.Addresses[index] = address;
            return;
        }

        link.Addresses.Add(address);
        changes.Mark(link, LinkParts.Addresses);
    }

    private void Remove(NamespaceState state, AddressMessage address)
    {
        if (!state.Links.TryGetValue(address.Index, out var link) || link.Addresses.RemoveAll(known => IsSame(known, address)) == 0)
        {
            return;
        }

        changes.Mark(link, LinkParts.Addresses);
        if (address.Family == FamilyIPv4)
        {
            foreach (int other in state.Routes.LinksPreferring(address.Address))
            {
                Doubt(state, other);
            }
        }
    }

    private void SetAll(NamespaceState state, IReadOnlyList<AddressMessage> addresses)
    {
        var byLink = new Dictionary<int, List<AddressMessage>>();
        foreach (var address in addresses)
        {
            if (!state.Links.TryGetValue(address.Index, out var link))
            {
                continue;
            }

            if (link.Addresses.Count == 0 && !byLink.ContainsKey(address.Index))
            {
                byLink.Add(address.Index, link.Addresses);
                changes.Mark(link, LinkParts.Addresses);
            }

            if (!byLink.TryGetValue(address.Index, out var list))
            {
                byLink.Add(address.Index, list = []);
            }

            list.Add(address);
        }

        foreach (var link in state.Links.Values)
        {
            if (link.Addresses.Count == 0)
            {
                continue;
            }

            var now = byLink.GetValueOrDefault(link.Message.Index);
            if (!ReferenceEquals(now, link.Addresses) && !link.Addresses.SequenceEqual(now ?? []))
            {
                link.Addresses.Clear();
                link.Addresses.AddRange(now ?? []);
                changes.Mark(link, LinkParts.Addresses);
            }
        }
    }

    private void Set(NamespaceState state, NeighbourMessage entry)
    {
        if (!NeighbourChanges.IsShown(entry))
        {
            Remove(state, entry);
        }
        else if (state.Links.TryGetValue(entry.Index, out var link))
        {
            var entries = EntriesOf(link, entry);
            Mark(link, PartOf(entry), NeighbourChanges.Compare(entries.Set(entry), entry), entries.Count);
        }
    }

    private void Remove(NamespaceState state, NeighbourMessage entry)
    {
        if (state.Links.TryGetValue(entry.Index, out var link))
        {
            var entries = EntriesOf(link, entry);
            Mark(link, PartOf(entry), NeighbourChanges.Compare(entries.Remove(entry), null), entries.Count);
        }
    }

    private void SetAll(NamespaceState state, IReadOnlyList<NeighbourMessage> entries, LinkParts part)
    {
        var byLink = new Dictionary<int, SortedEntries<NeighbourMessage>>();
        foreach (var entry in entries)
        {
            if (NeighbourChanges.IsShown(entry) && PartOf(entry) == part && state.Links.ContainsKey(entry.Index))
            {
                ref var list = ref CollectionsMarshal.GetValueRefOrAddDefault(byLink, entry.Index, out _);
                (list ??= new(NeighbourOrder.Instance)).Set(entry);
            }
        }

        foreach (var link in state.Links.Values)
        {
            var now = byLink.GetValueOrDefault(link.Message.Index);
            var before = part == LinkParts.Neighbours ? link.Neighbours : link.Forwarding;
            if (now is null && before is null)
            {
                continue;
            }

            var change = NeighbourChanges.Compare(before is null ? [] : before.Span, now is null ? [] : now.Span);
            if (change == NeighbourChange.None)
            {
                continue;
            }

            if (part == LinkParts.Neighbours)
            {
                link.Neighbours = now;
            }
            else
            {
                link.Forwarding = now;
            }

            Mark(link, part, change, now?.Count ?? 0);
        }
    }

    private void SetVlans(NamespaceState state, int index, IReadOnlyList<BridgeVlanRange> vlans)
    {
        if (state.Links.TryGetValue(index, out var link) && !link.BridgeVlans.SequenceEqual(vlans))
        {
            link.BridgeVlans = vlans;
            changes.Mark(link, LinkParts.BridgeVlans);
        }
    }

    /// <summary>Marks the interfaces whose routes have changed.</summary>
    private void Settle(NamespaceState state)
    {
        if (state.Routes.Changed.Count == 0)
        {
            return;
        }

        foreach (int index in state.Routes.Changed)
        {
            if (state.Links.TryGetValue(index, out var link))
            {
                MarkBySize(link, LinkParts.Routes, state.Routes.Of(index)?.Count ?? 0);
            }
        }

        state.Routes.Changed.Clear();
    }

    private void Mark(LinkState link, LinkParts part, NeighbourChange change, int count)
    {
        if (change == NeighbourChange.Major)
        {
            MarkBySize(link, part, count);
        }
        else if (change == NeighbourChange.Minor)
        {
            changes.MarkDelayed(link, part);
        }
    }

    private void MarkBySize(LinkState link, LinkParts part, int count)
    {
        if (count <= LongList)
        {
            changes.Mark(link, part);
        }
        else
        {
            changes.MarkDelayed(link, part);
            link.IsDelayedForSize = true;
        }
    }

    private void Doubt(NamespaceState state, int link)
    {
        state.DoubtfulRoutes.Add(link);
        changes.DoubtfulRoutes.Add(state);
    }

    /// <summary>Speed and duplex of a bridge or bond follow from those of its ports.</summary>
    private void DoubtMaster(NamespaceState state, int index)
    {
        if (index != 0 && state.Links.TryGetValue(index, out var master))
        {
            changes.DoubtfulMasters.Add(master);
        }
    }

    private static LinkParts PartOf(NeighbourMessage entry) => NeighbourOrder.IsForwarding(entry) ? LinkParts.Forwarding : LinkParts.Neighbours;

    private static SortedEntries<NeighbourMessage> EntriesOf(LinkState link, NeighbourMessage entry) => NeighbourOrder.IsForwarding(entry)
        ? link.Forwarding ??= new(NeighbourOrder.Instance)
        : link.Neighbours ??= new(NeighbourOrder.Instance);
}
