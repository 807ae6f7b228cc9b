using System.Net;
using Skydive.Linux.Route;

namespace Skydive.Agent.Topology.Netlink;

/// <summary>A route, with where it leads.</summary>
internal sealed class RouteEntry
{
    private const int FamilyIPv6 = 10;
    private const int FamilyMulticastIPv6 = 129;
    private static readonly string s_zero4 = IPAddress.Any + "/0";
    private static readonly string s_zero6 = IPAddress.IPv6Any + "/0";

    private readonly IPAddress? _destination;

    public RouteEntry(RouteMessage message, RouteHop[] hops)
    {
        Previous = this;
        _destination = message.Destination;
        Key = KeyOf(message);
        Type = message.Type;
        Protocol = message.Protocol;
        PreferredSource = message.PreferredSource;
        NextHopId = message.NextHopId;
        Hops = hops;
    }

    private RouteEntry(RouteEntry original, RouteHop[] hops)
    {
        Previous = this;
        _destination = original._destination;
        Key = original.Key;
        Type = original.Type;
        Protocol = original.Protocol;
        PreferredSource = original.PreferredSource;
        NextHopId = original.NextHopId;
        Hops = hops;
    }

    public RouteKey Key { get; }

    public RouteType Type { get; }

    public int Protocol { get; }

    /// <summary>The source address of packets that have none yet; null when the route does not say.</summary>
    public IPAddress? PreferredSource { get; }

    /// <summary>The next hop object; 0 without one.</summary>
    public uint NextHopId { get; }

    /// <summary>Where it leads; none for routes that lead nowhere.</summary>
    public RouteHop[] Hops { get; }

    /// <summary>The next with the same key; null for the last.</summary>
    public RouteEntry? Next { get; set; }

    /// <summary>The one before it with the same key; of the first, the last, which may be itself.</summary>
    public RouteEntry Previous { get; set; }

    public bool IsIPv6 => Key.Family is FamilyIPv6 or FamilyMulticastIPv6;

    /// <summary>The destination as text, such as <c>10.0.0.0/24</c>.</summary>
    public string Prefix => _destination is null
        ? (IsIPv6 ? s_zero6 : s_zero4)
        : PrefixText.Of(_destination, Key.DestinationLength);

    public static RouteKey KeyOf(RouteMessage message) => new(
        message.Table,
        (byte)message.Family,
        AddressNumber.Of(message.Destination),
        (byte)message.DestinationPrefixLength,
        AddressNumber.Of(message.Source),
        (byte)message.SourcePrefixLength,
        (byte)message.Tos,
        message.Priority);

    public RouteEntry With(RouteHop[] hops) => new(this, hops);

    public bool LeadsTo(int index)
    {
        foreach (var hop in Hops)
        {
            if (hop.Index == index)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether another route is the same in all that is shown.</summary>
    public bool IsSame(RouteEntry other) =>
        Key == other.Key && Type == other.Type && Protocol == other.Protocol && Equals(PreferredSource, other.PreferredSource)
        && Hops.AsSpan().SequenceEqual(other.Hops);
}
