using Skydive.Contracts.Metadata;
using Skydive.Packets.Lldp;

namespace Skydive.Agent.Lldp;

/// <summary>A port of another system, as an interface of ours has heard it last. Belongs to the probe's thread.</summary>
internal sealed class LldpNeighbour(string interfaceNodeId)
{
    /// <summary>The node of our interface.</summary>
    public string InterfaceNodeId { get; } = interfaceNodeId;

    /// <summary>The node of the other system.</summary>
    public string ChassisNodeId { get; private set; } = string.Empty;

    /// <summary>The node of its port.</summary>
    public string PortNodeId { get; private set; } = string.Empty;

    /// <summary>What the node of the other system says.</summary>
    public MetadataMap Chassis { get; private set; } = MetadataMap.Empty;

    /// <summary>What the node of its port says.</summary>
    public MetadataMap Port { get; private set; } = MetadataMap.Empty;

    /// <summary>When it is no longer valid, in milliseconds since the system started.</summary>
    public long ExpiresAt { get; private set; }

    /// <summary>What tells the neighbours of one interface apart: chassis and port.</summary>
    public static string KeyOf(LldpDataUnit unit) => $"{(byte)unit.ChassisIdType}/{(byte)unit.PortIdType}/{unit.ChassisId.Length}/{unit.ChassisId}{unit.PortId}";

    /// <summary>Takes what it tells now.</summary>
    /// <returns>Whether that is anything new.</returns>
    public bool Update(LldpDataUnit unit, long now)
    {
        ExpiresAt = now + (unit.TimeToLive * 1000L);
        var chassis = LldpMetadata.BuildChassis(unit);
        var port = LldpMetadata.BuildPort(unit);
        string chassisNodeId = LldpMetadata.ChassisNodeId(unit);
        string portNodeId = LldpMetadata.PortNodeId(chassisNodeId, unit);
        if (chassisNodeId == ChassisNodeId && portNodeId == PortNodeId && chassis.Equals(Chassis) && port.Equals(Port))
        {
            return false;
        }

        (ChassisNodeId, PortNodeId, Chassis, Port) = (chassisNodeId, portNodeId, chassis, port);
        return true;
    }
}
