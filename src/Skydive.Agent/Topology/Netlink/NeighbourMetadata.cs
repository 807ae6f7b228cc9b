using System.Collections.Concurrent;
using Skydive.Contracts.Metadata;
using Skydive.Linux.Route;

namespace Skydive.Agent.Topology.Netlink;

/// <summary>
/// Neighbours and forwarding entries as metadata: lists of <c>{Flags, MAC, IP, State, Vlan, VNI, IfIndex}</c>, with what is empty or zero left
/// out, and the kernel's names of flags and states.
/// </summary>
internal static class NeighbourMetadata
{
    private static readonly MetadataShape s_entry = new("Flags", "IP", "IfIndex", "MAC", "State", "VNI", "Vlan");

    private static readonly (NeighbourFlags Flag, string Name)[] s_flags =
    [
        (NeighbourFlags.Use, "NTF_USE"),
        (NeighbourFlags.Self, "NTF_SELF"),
        (NeighbourFlags.Master, "NTF_MASTER"),
        (NeighbourFlags.Proxy, "NTF_PROXY"),
        (NeighbourFlags.ExternallyLearned, "NTF_EXT_LEARNED"),
        (NeighbourFlags.Offloaded, "NTF_OFFLOADED"),
        (NeighbourFlags.Sticky, "NTF_STICKY"),
        (NeighbourFlags.Router, "NTF_ROUTER"),
        (NeighbourFlags.Managed, "NTF_EXT_MANAGED"),
        (NeighbourFlags.Locked, "NTF_EXT_LOCKED"),
    ];

    private static readonly (NeighbourStates State, string Name)[] s_states =
    [
        (NeighbourStates.Incomplete, "NUD_INCOMPLETE"),
        (NeighbourStates.Reachable, "NUD_REACHABLE"),
        (NeighbourStates.Stale, "NUD_STALE"),
        (NeighbourStates.Delay, "NUD_DELAY"),
        (NeighbourStates.Probe, "NUD_PROBE"),
        (NeighbourStates.Failed, "NUD_FAILED"),
        (NeighbourStates.NoArp, "NUD_NOARP"),
        (NeighbourStates.Permanent, "NUD_PERMANENT"),
    ];

    // There are but a few combinations: one list for each.
    private static readonly ConcurrentDictionary<NeighbourFlags, MetadataValue> s_flagLists = new();
    private static readonly ConcurrentDictionary<NeighbourStates, MetadataValue> s_stateLists = new();

    /// <summary>Makes the value.</summary>
    /// <param name="entries">The entries; null for none.</param>
    /// <param name="omitted">How many were left out because there are more than a node can show.</param>
    /// <returns>The value; null without entries.</returns>
    public static MetadataValue Build(SortedEntries<NeighbourMessage>? entries, out int omitted)
    {
        omitted = 0;
        if (entries is null || entries.Count == 0)
        {
            return default;
        }

        omitted = Math.Max(0, entries.Count - LinkMetadata.MaximumListed);
        var values = new MetadataValue[entries.Count - omitted];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Build(entries.Span[i]);
        }

        return MetadataValue.List(values.AsSpan());
    }

    private static MetadataMap Build(NeighbourMessage entry) => s_entry.Build(
        s_flagLists.GetOrAdd(entry.Flags, static flags => NamesOf(s_flags, flag => (flags & flag) != 0)),
        entry.Destination?.ToString(),
        entry.Index,
        entry.Address.IsEmpty ? default(MetadataValue) : entry.Address.ToString(),
        s_stateLists.GetOrAdd(entry.State, static states => NamesOf(s_states, state => (states & state) != 0)),
        entry.Vni is null or 0 ? default(MetadataValue) : (long)entry.Vni,
        entry.VlanId is null or 0 ? default(MetadataValue) : entry.VlanId.Value);

    private static MetadataValue NamesOf<T>((T Value, string Name)[] names, Func<T, bool> isSet)
    {
        MetadataValue[] set = [.. names.Where(entry => isSet(entry.Value)).Select(static entry => (MetadataValue)entry.Name)];
        return set.Length == 0 ? default : MetadataValue.List(set.AsSpan());
    }
}
