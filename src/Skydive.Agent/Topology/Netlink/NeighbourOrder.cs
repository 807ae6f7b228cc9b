using Skydive.Linux.Route;

namespace Skydive.Agent.Topology.Netlink;

/// <summary>
/// What tells the neighbours of an interface apart, and the order in which they are shown: those of ARP and ND by IP address; forwarding
/// entries by MAC, VLAN, network identifier and tunnel end, those of the bridge before those of the interface itself.
/// </summary>
internal sealed class NeighbourOrder : IComparer<NeighbourMessage>
{
    private const int FamilyBridge = 7;

    private NeighbourOrder()
    {
    }

    public static NeighbourOrder Instance { get; } = new();

    /// <summary>Whether an entry is one of a bridge or tunnel, and not of ARP or ND.</summary>
    public static bool IsForwarding(NeighbourMessage entry) => entry.Family == FamilyBridge;

    public int Compare(NeighbourMessage? x, NeighbourMessage? y)
    {
        int order = x!.Family.CompareTo(y!.Family);
        if (order != 0)
        {
            return order;
        }

        if (!IsForwarding(x))
        {
            return AddressNumber.Of(x.Destination).CompareTo(AddressNumber.Of(y.Destination));
        }

        order = CompareAddresses(x, y);
        order = order != 0 ? order : (x.VlanId ?? 0).CompareTo(y.VlanId ?? 0);
        order = order != 0 ? order : (x.Vni ?? 0).CompareTo(y.Vni ?? 0);
        order = order != 0 ? order : IsOfInterface(x).CompareTo(IsOfInterface(y));
        return order != 0 ? order : AddressNumber.Of(x.Destination).CompareTo(AddressNumber.Of(y.Destination));
    }

    private static bool IsOfInterface(NeighbourMessage entry) => (entry.Flags & NeighbourFlags.Self) != 0;

    private static int CompareAddresses(NeighbourMessage x, NeighbourMessage y)
    {
        Span<byte> one = stackalloc byte[HardwareAddress.MaximumLength];
        Span<byte> other = stackalloc byte[HardwareAddress.MaximumLength];
        x.Address.CopyTo(one);
        y.Address.CopyTo(other);
        return one[..x.Address.Length].SequenceCompareTo(other[..y.Address.Length]);
    }
}
