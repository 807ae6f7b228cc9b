namespace Skydive.Agent.Topology.Netlink;

/// <summary>Joins virtual functions (SR-IOV) with the interface of the device that offers them, by their places on the bus.</summary>
internal sealed class VirtualFunctionFinder(TopologyChanges changes)
{
    private readonly Dictionary<string, LinkState> _devices = new(StringComparer.Ordinal);
    private readonly List<LinkState> _functions = [];

    /// <summary>Takes note of what the driver of an interface said.</summary>
    public void Add(LinkState link)
    {
        if (link.Facts is not { BusInfo: { Length: > 0 } address } facts || address == "N/A")
        {
            return;
        }

        _devices[address] = link;
        if (facts.PhysicalFunction is not null && !_functions.Contains(link))
        {
            _functions.Add(link);
        }

        Match();
    }

    private void Match()
    {
        _functions.RemoveAll(static link => link.IsGone);
        foreach (var link in _functions)
        {
            if (link.PhysicalFunction is { IsGone: false } || link.Facts is not { PhysicalFunction: { } address } facts
                || !_devices.TryGetValue(address, out var physical))
            {
                continue;
            }

            if (physical.IsGone)
            {
                _devices.Remove(address);
                continue;
            }

            link.PhysicalFunction = physical;
            link.VirtualFunctionId = facts.VirtualFunctionId;
            changes.Mark(link, LinkParts.Facts);

            // Its message lists its functions, and is not sent again when they come.
            changes.Outdated.Add(physical);
        }
    }
}
