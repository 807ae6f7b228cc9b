using Skydive.Contracts.Metadata;
using Skydive.Graph;
using Skydive.Packets.Lldp;

namespace Skydive.Agent.Lldp;

/// <summary>What a neighbour tells by LLDP as the nodes <c>switch</c> and <c>switchport</c>, with Skydive's keys and identifiers.</summary>
internal static class LldpMetadata
{
    private const string ProbeName = "lldp";

    /// <summary>
    /// The identifier of the switch: of its name and its management address where it tells them, since some switches have another chassis
    /// identifier at each port; of the chassis identifier otherwise. It is the same on all hosts, so that they meet at one node.
    /// </summary>
    /// <param name="unit">What the neighbour tells.</param>
    public static string ChassisNodeId(LldpDataUnit unit)
    {
        var parts = new List<string>();
        if (unit.SystemName is { } name)
        {
            parts.Add(name);
            parts.Add("SysName");
        }

        if (ManagementAddressOf(unit) is { } address)
        {
            parts.Add(address);
            parts.Add("MgmtAddress");
        }

        if (parts.Count == 0)
        {
            parts.Add(unit.ChassisId);
            parts.Add(NameOf(unit.ChassisIdType));
        }

        return Identifiers.Derive([.. parts]);
    }

    /// <summary>The identifier of the port.</summary>
    /// <param name="chassisNodeId">The identifier of its switch.</param>
    /// <param name="unit">What the neighbour tells.</param>
    public static string PortNodeId(string chassisNodeId, LldpDataUnit unit) => Identifiers.Derive(chassisNodeId, unit.PortId, NameOf(unit.PortIdType));

    /// <summary>The metadata of the switch.</summary>
    /// <param name="unit">What the neighbour tells.</param>
    public static MetadataMap BuildChassis(LldpDataUnit unit)
    {
        var details = new MetadataBuilder()
            .Set("ChassisID", unit.ChassisId)
            .Set("ChassisIDType", NameOf(unit.ChassisIdType))
            .SetIfNotNull("Description", unit.SystemDescription)
            .SetIfNotNull("SysName", unit.SystemName)
            .SetIfNotNull("MgmtAddress", ManagementAddressOf(unit));
        SetCapabilities(details, "Capabilities", unit.Capabilities);
        SetCapabilities(details, "EnabledCapabilities", unit.EnabledCapabilities);
        return MetadataMap.Create(
            ("Name", unit.SystemName ?? unit.ChassisId), ("Type", "switch"), ("Probe", ProbeName), ("LLDP", details.Build()));
    }

    /// <summary>The metadata of the port.</summary>
    /// <param name="unit">What the neighbour tells.</param>
    public static MetadataMap BuildPort(LldpDataUnit unit)
    {
        var details = new MetadataBuilder()
            .Set("PortID", unit.PortId)
            .Set("PortIDType", NameOf(unit.PortIdType))
            .Set("TTL", unit.TimeToLive)
            .SetIfNotNull("Description", unit.PortDescription);
        SetUnlessZero(details, "PVID", unit.PortVlan);
        SetUnlessZero(details, "VIDUsageDigest", unit.VlanUsageDigest);
        SetUnlessZero(details, "ManagementVID", unit.ManagementVlan);
        if (unit.LinkAggregation is { IsSupported: true } aggregation)
        {
            var map = new MetadataBuilder().Set("Enabled", aggregation.IsEnabled).Set("Supported", true);
            SetUnlessZero(map, "PortID", aggregation.PortId);
            details.Set("LinkAggregation", map.Build());

            // As Skydive spells it, for queries that were saved with it.
            details.Set("LinkAgggregation", map.Build());
        }

        if (unit.VlanNames.Count > 0)
        {
            details.Set("VLANNames", MetadataValue.List(unit.VlanNames.Select(static vlan =>
                (MetadataValue)MetadataMap.Create(("ID", vlan.Identifier), ("Name", vlan.Name)))));
        }

        if (unit.PortProtocolVlans.Count > 0)
        {
            details.Set("PPVIDs", MetadataValue.List(unit.PortProtocolVlans.Select(static vlan =>
                (MetadataValue)MetadataMap.Create(("ID", vlan.Identifier), ("Supported", vlan.IsSupported), ("Enabled", vlan.IsEnabled)))));
        }

        var metadata = new MetadataBuilder()
            .Set("Name", unit.PortDescription ?? unit.PortId)
            .Set("Type", "switchport")
            .Set("Probe", ProbeName)
            .Set("LLDP", details.Build());
        SetUnlessZero(metadata, "MTU", unit.MaximumFrameSize);
        return metadata.Build();
    }

    /// <summary>Where the switch is managed: by IP if it can be, the first such address that it tells.</summary>
    private static string? ManagementAddressOf(LldpDataUnit unit) => unit.ManagementAddresses.FirstOrDefault(static address => address.IsIP)?.Text;

    private static void SetUnlessZero(MetadataBuilder metadata, string key, long value)
    {
        if (value != 0)
        {
            metadata.Set(key, value);
        }
    }

    private static void SetCapabilities(MetadataBuilder metadata, string key, LldpCapabilities capabilities)
    {
        string[] names = [.. Enum.GetValues<LldpCapabilities>().Where(one => one != 0 && capabilities.HasFlag(one)).Select(static one => one.ToString())];
        if (names.Length > 0)
        {
            metadata.Set(key, MetadataValue.List(names));
        }
    }

    private static string NameOf(LldpChassisIdType type) => type switch
    {
        LldpChassisIdType.ChassisComponent => "Chassis Component",
        LldpChassisIdType.InterfaceAlias => "Interface Alias",
        LldpChassisIdType.PortComponent => "Port Component",
        LldpChassisIdType.MacAddress => "MAC Address",
        LldpChassisIdType.NetworkAddress => "Network Address",
        LldpChassisIdType.InterfaceName => "Interface Name",
        _ => "Local",
    };

    private static string NameOf(LldpPortIdType type) => type switch
    {
        LldpPortIdType.InterfaceAlias => "Interface Alias",
        LldpPortIdType.PortComponent => "Port Component",
        LldpPortIdType.MacAddress => "MAC Address",
        LldpPortIdType.NetworkAddress => "Network Address",
        LldpPortIdType.InterfaceName => "Interface Name",
        LldpPortIdType.AgentCircuitId => "Agent Circuit ID",
        _ => "Local",
    };
}
