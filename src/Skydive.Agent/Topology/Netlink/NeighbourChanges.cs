using Skydive.Linux.Route;

namespace Skydive.Agent.Topology.Netlink;

/// <summary>Tells changes of neighbours that mean something from those that do not.</summary>
internal static class NeighbourChanges
{
    /// <summary>
    /// Whether an entry is shown: those that the kernel makes for addresses that need no resolution (multicast, loopback) are not, since it
    /// does not tell of them. Those of another family, and those that answer for others, are none.
    /// </summary>
    public static bool IsShown(NeighbourMessage entry) => NeighbourOrder.IsForwarding(entry)
        || (entry.State != NeighbourStates.None && (entry.State & NeighbourStates.NoArp) == 0 && (entry.Flags & NeighbourFlags.Proxy) == 0
            && entry.Destination is not null);

    /// <summary>What it means that an entry takes the place of another.</summary>
    /// <param name="before">The entry before; null when there was none.</param>
    /// <param name="after">The entry now; null when it is gone.</param>
    public static NeighbourChange Compare(NeighbourMessage? before, NeighbourMessage? after)
    {
        if (before is null || after is null)
        {
            var only = before ?? after;
            return only is null ? NeighbourChange.None : IsSubstantial(only) ? NeighbourChange.Major : NeighbourChange.Minor;
        }

        if (before.Address == after.Address && before.Flags == after.Flags && Equals(before.Destination, after.Destination)
            && before.VlanId == after.VlanId && before.Vni == after.Vni)
        {
            return before.State == after.State ? NeighbourChange.None : NeighbourChange.Minor;
        }

        return NeighbourChange.Major;
    }

    /// <summary>What it means that a list takes the place of another.</summary>
    public static NeighbourChange Compare(ReadOnlySpan<NeighbourMessage> before, ReadOnlySpan<NeighbourMessage> after)
    {
        var result = NeighbourChange.None;
        while (!before.IsEmpty || !after.IsEmpty)
        {
            int order = before.IsEmpty ? 1 : after.IsEmpty ? -1 : NeighbourOrder.Instance.Compare(before[0], after[0]);
            var change = Compare(order <= 0 ? before[0] : null, order >= 0 ? after[0] : null);
            result = (NeighbourChange)Math.Max((int)result, (int)change);
            before = order <= 0 ? before[1..] : before;
            after = order >= 0 ? after[1..] : after;
        }

        return result;
    }

    private static bool IsSubstantial(NeighbourMessage entry) => !entry.Address.IsEmpty && !IsGroupFilter(entry);

    /// <summary>Dumps list the multicast addresses that an interface listens to among its forwarding entries, of which no event tells.</summary>
    private static bool IsGroupFilter(NeighbourMessage entry)
    {
        if (!NeighbourOrder.IsForwarding(entry) || (entry.Flags & NeighbourFlags.Self) == 0 || entry.Address.Length != 6)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[6];
        entry.Address.CopyTo(bytes);
        return (bytes[0] & 1) != 0 && entry.Destination is null;
    }
}
