using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Runtime.InteropServices;
using Skydive.Linux.Netlink;
using Skydive.Linux.Route;

namespace Skydive.Agent.Topology.Netlink;

/// <summary>
/// The routes of a namespace, by destination and by the interface that they lead to. It follows what the kernel tells of them; where the kernel
/// changes routes without telling (IPv4 routes over an interface that goes down, routes over next hop objects), the caller has it read them
/// anew.
/// </summary>
/// <remarks>
/// Routes with the same key are kept in the kernel's order. What a new one does to them differs: an IPv4 route is put before or behind, or
/// replaces the first; IPv6 routes with gateways are one route with many ways, which each message tells in full; other IPv6 routes stand side by
/// side, one for each interface.
/// </remarks>
internal sealed class RouteTable
{
    private const int FamilyIPv4 = 2;
    private const int FamilyMulticastIPv4 = 128;
    private const int FamilyMulticastIPv6 = 129;
    private const uint FlagCloned = 0x200; // RTM_F_CLONED

    private readonly Dictionary<uint, NextHopMessage> _nextHops = [];
    private Dictionary<RouteKey, RouteEntry> _routes = [];
    private Dictionary<int, SortedEntries<RouteEntry>> _byLink = [];
    private int _nextHopUsers;

    /// <summary>The interfaces whose routes have changed since this was cleared.</summary>
    public HashSet<int> Changed { get; } = [];

    /// <summary>Whether a route uses a next hop object.</summary>
    public bool UsesNextHops => _nextHopUsers > 0;

    /// <summary>The routes that lead to an interface, in the order of <see cref="RouteOrder"/>; null when there are none.</summary>
    public SortedEntries<RouteEntry>? Of(int link) => _byLink.GetValueOrDefault(link);

    /// <summary>Whether an interface has IPv4 routes.</summary>
    public bool HasIPv4(int link)
    {
        foreach (var entry in Of(link) is { } entries ? entries.Span : [])
        {
            if (entry.Key.Family == FamilyIPv4)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The interfaces of IPv4 routes that prefer a source address.</summary>
    public IEnumerable<int> LinksPreferring(IPAddress source) => _byLink
        .Where(entry => Prefers(entry.Value.Span, source))
        .Select(static entry => entry.Key);

    /// <summary>Replaces all that is known by what a dump has found.</summary>
    public void Load(IReadOnlyList<RouteMessage> routes, IEnumerable<NextHopMessage> nextHops)
    {
        _nextHops.Clear();
        foreach (var nextHop in nextHops)
        {
            _nextHops[nextHop.Id] = nextHop;
        }

        var (before, after) = (_byLink, new Dictionary<int, SortedEntries<RouteEntry>>(_byLink.Count));
        _routes = new(routes.Count);
        _byLink = after;
        _nextHopUsers = 0;
        foreach (var message in routes)
        {
            if (TryMake(message, out var entry))
            {
                Append(entry);
            }
        }

        Changed.Clear();
        foreach (var (link, entries) in after)
        {
            if (!before.TryGetValue(link, out var old) || !IsSame(old.Span, entries.Span))
            {
                Changed.Add(link);
            }
        }

        foreach (int link in before.Keys)
        {
            if (!after.ContainsKey(link))
            {
                Changed.Add(link);
            }
        }
    }

    /// <summary>Replaces the IPv4 routes that lead to an interface by what a dump has found.</summary>
    public void LoadIPv4(int link, IReadOnlyList<RouteMessage> routes)
    {
        bool wasChanged = Changed.Contains(link);
        var before = Of(link)?.Span.ToArray() ?? [];
        foreach (var entry in before)
        {
            if (entry.Key.Family == FamilyIPv4)
            {
                Take(entry);
            }
        }

        foreach (var message in routes)
        {
            if (TryMake(message, out var entry))
            {
                Append(entry);
            }
        }

        // Most of the time nothing is different.
        if (!wasChanged && IsSame(before, Of(link) is { } now ? now.Span : []))
        {
            Changed.Remove(link);
        }
    }

    /// <summary>A route is there.</summary>
    /// <param name="message">The route.</param>
    /// <param name="flags">The flags of the message, which tell what becomes of other routes with the same key.</param>
    public void Set(RouteMessage message, NetlinkFlags flags)
    {
        if (!TryMake(message, out var entry))
        {
            return;
        }

        bool isReplacing = (flags & NetlinkFlags.Replace) != 0;
        var first = _routes.GetValueOrDefault(entry.Key);
        var replaced = entry.Key.Family switch
        {
            FamilyMulticastIPv4 or FamilyMulticastIPv6 => first,
            FamilyIPv4 => isReplacing ? first : FindSameWay(first, entry),
            _ when isReplacing => Find(first, other => IsMultipath(other) == IsMultipath(entry)) ?? first,
            _ when IsMultipath(entry) => Find(first, IsMultipath),
            _ => FindSameWay(first, entry),
        };
        if (replaced is not null)
        {
            if (replaced.IsSame(entry))
            {
                return;
            }

            Exchange(replaced, entry);
        }
        else if ((flags & NetlinkFlags.Append) != 0 || first is null)
        {
            Append(entry);
        }
        else
        {
            entry.Next = first;
            entry.Previous = first.Previous;
            first.Previous = entry;
            _routes[entry.Key] = entry;
            Attach(entry);
        }
    }

    /// <summary>A route is gone.</summary>
    public void Remove(RouteMessage message)
    {
        if (!TryMake(message, out var entry) || !_routes.TryGetValue(entry.Key, out var first))
        {
            return;
        }

        if (FindSameWay(first, entry) is { } same)
        {
            Take(same);
        }
        else if (entry.IsIPv6 && IsMultipath(entry) && Find(first, IsMultipath) is { } multipath)
        {
            // One of several ways is gone, or all, told in another order.
            RouteHop[] left = [.. multipath.Hops.Except(entry.Hops)];
            if (left.Length == 0)
            {
                Take(multipath);
            }
            else if (left.Length < multipath.Hops.Length)
            {
                Exchange(multipath, multipath.With(left));
            }
        }
        else if (first.Next is null && !entry.IsIPv6)
        {
            Take(first);
        }
    }

    /// <summary>An interface is gone, and with it the routes over it. The kernel does not tell of each.</summary>
    public void RemoveLink(int link)
    {
        foreach (var entry in Of(link)?.Span.ToArray() ?? [])
        {
            RouteHop[] left = entry.IsIPv6 ? [.. entry.Hops.Where(hop => hop.Index != link)] : [];
            if (left.Length > 0)
            {
                Exchange(entry, entry.With(left));
            }
            else
            {
                Take(entry);
            }
        }

        _byLink.Remove(link);
        Changed.Remove(link);
    }

    private static bool Prefers(ReadOnlySpan<RouteEntry> entries, IPAddress source)
    {
        foreach (var entry in entries)
        {
            if (entry.Key.Family == FamilyIPv4 && source.Equals(entry.PreferredSource))
            {
                return true;
            }
        }

        return false;
    }

    private static RouteEntry? Find(RouteEntry? first, Func<RouteEntry, bool> condition)
    {
        for (var entry = first; entry is not null; entry = entry.Next)
        {
            if (condition(entry))
            {
                return entry;
            }
        }

        return null;
    }

    /// <summary>
    /// The first route with the key of another that leads the same way. It is looked for at the interface: of some destinations, such as
    /// <c>fe80::/64</c>, each interface of the namespace has a route.
    /// </summary>
    private RouteEntry? FindSameWay(RouteEntry? first, RouteEntry entry)
    {
        if (first is null || entry.Hops.Length == 0)
        {
            return Find(first, other => IsSameWay(other, entry));
        }

        if (Of(entry.Hops[0].Index) is not { } entries)
        {
            return null;
        }

        RouteEntry? found = null;
        foreach (var other in entries.From(other => other.Key.CompareTo(entry.Key) < 0))
        {
            if (other.Key != entry.Key)
            {
                break;
            }

            if (!IsSameWay(other, entry))
            {
                continue;
            }

            if (found is not null)
            {
                // The kernel's order decides.
                return Find(first, other => IsSameWay(other, entry));
            }

            found = other;
        }

        return found;
    }

    private static bool IsMultipath(RouteEntry entry) => entry.NextHopId == 0 && entry.Hops.Length > 0 && Array.TrueForAll(entry.Hops, static hop => hop.Gateway is not null);

    private static bool IsSameWay(RouteEntry one, RouteEntry other) => one.Type == other.Type && one.Hops.AsSpan().SequenceEqual(other.Hops);

    private static bool IsSame(ReadOnlySpan<RouteEntry> one, ReadOnlySpan<RouteEntry> other)
    {
        if (one.Length != other.Length)
        {
            return false;
        }

        for (int i = 0; i < one.Length; i++)
        {
            if (!one[i].IsSame(other[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Makes the entry of a route that leads somewhere or may do so; those that the kernel cached are none.</summary>
    private bool TryMake(RouteMessage message, [NotNullWhen(true)] out RouteEntry? entry)
    {
        if ((message.Flags & FlagCloned) != 0)
        {
            entry = null;
            return false;
        }

        RouteHop[] hops = message.NextHops.Count > 0 ? [.. message.NextHops.Select(static hop => new RouteHop(hop.Index, hop.Gateway))]
            : message.OutputIndex != 0 ? [new(message.OutputIndex, message.Gateway)]
            : message.NextHopId != 0 ? Resolve(message.NextHopId)
            : [];
        entry = new(message, hops);
        return true;
    }

    private RouteHop[] Resolve(uint id)
    {
        if (!_nextHops.TryGetValue(id, out var nextHop))
        {
            return [];
        }

        // A group has no groups in it.
        return nextHop.Group.Count == 0
            ? nextHop.OutputIndex == 0 ? [] : [new(nextHop.OutputIndex, nextHop.Gateway)]
            : [.. nextHop.Group
                .Select(member => _nextHops.GetValueOrDefault(member.Id))
                .Where(static member => member is { OutputIndex: not 0 })
                .Select(static member => new RouteHop(member!.OutputIndex, member.Gateway))];
    }

    private void Append(RouteEntry entry)
    {
        ref var first = ref CollectionsMarshal.GetValueRefOrAddDefault(_routes, entry.Key, out bool isThere);
        if (!isThere)
        {
            first = entry;
        }
        else
        {
            var last = first!.Previous;
            last.Next = entry;
            entry.Previous = last;
            first.Previous = entry;
        }

        Attach(entry);
    }

    private void Exchange(RouteEntry before, RouteEntry after)
    {
        var first = _routes[before.Key];
        bool isFirst = ReferenceEquals(first, before);
        after.Next = before.Next;
        after.Previous = ReferenceEquals(before.Previous, before) ? after : before.Previous;
        if (isFirst)
        {
            _routes[after.Key] = after;
        }
        else
        {
            before.Previous.Next = after;
        }

        if (after.Next is { } next)
        {
            next.Previous = after;
        }
        else if (!isFirst)
        {
            first.Previous = after;
        }

        Detach(before);
        Attach(after);
    }

    private void Take(RouteEntry entry)
    {
        var first = _routes[entry.Key];
        if (!ReferenceEquals(first, entry))
        {
            entry.Previous.Next = entry.Next;
            (entry.Next ?? first).Previous = entry.Previous;
        }
        else if (entry.Next is { } next)
        {
            next.Previous = entry.Previous;
            _routes[entry.Key] = next;
        }
        else
        {
            _routes.Remove(entry.Key);
        }

        Detach(entry);
    }

    private void Attach(RouteEntry entry)
    {
        _nextHopUsers += entry.NextHopId != 0 ? 1 : 0;
        foreach (var hop in entry.Hops)
        {
            ref var entries = ref CollectionsMarshal.GetValueRefOrAddDefault(_byLink, hop.Index, out _);
            (entries ??= new(RouteOrder.Instance)).Set(entry);
            Changed.Add(hop.Index);
        }
    }

    private void Detach(RouteEntry entry)
    {
        _nextHopUsers -= entry.NextHopId != 0 ? 1 : 0;
        foreach (var hop in entry.Hops)
        {
            if (_byLink.TryGetValue(hop.Index, out var entries))
            {
                entries.Remove(entry);
                Changed.Add(hop.Index);
                if (entries.Count == 0)
                {
                    _byLink.Remove(hop.Index);
                }
            }
        }
    }
}
