namespace Skydive.Agent.Topology.Netlink;

/// <summary>The order in which the routes of an interface are shown: by table, family, destination, priority, and at last by where they lead.</summary>
internal sealed class RouteOrder : IComparer<RouteEntry>
{
    private RouteOrder()
    {
    }

    public static RouteOrder Instance { get; } = new();

    public int Compare(RouteEntry? x, RouteEntry? y)
    {
        if (ReferenceEquals(x, y))
        {
            return 0;
        }

        int order = x!.Key.CompareTo(y!.Key);
        order = order != 0 ? order : x.Type.CompareTo(y.Type);
        order = order != 0 ? order : x.Protocol.CompareTo(y.Protocol);
        order = order != 0 ? order : x.Hops.Length.CompareTo(y.Hops.Length);
        for (int i = 0; order == 0 && i < x.Hops.Length; i++)
        {
            order = x.Hops[i].Index.CompareTo(y.Hops[i].Index);
            order = order != 0 ? order : AddressNumber.Of(x.Hops[i].Gateway).CompareTo(AddressNumber.Of(y.Hops[i].Gateway));
        }

        return order;
    }
}
