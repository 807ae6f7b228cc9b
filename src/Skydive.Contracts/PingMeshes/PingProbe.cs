using System.Text.Json;

namespace Skydive.Contracts.PingMeshes;

/// <summary>A pair as its agent gets it: everything that a request needs.</summary>
public sealed record PingProbe
{
    /// <summary>Identifier of the pair.</summary>
    public required string ID { get; init => field = value ?? throw new JsonException("ID of a probe is null"); }

    /// <summary>Identifier of the node that asks.</summary>
    public required string NodeID { get; init => field = value ?? throw new JsonException("NodeID of a probe is null"); }

    /// <summary>The address that asks.</summary>
    public required string SrcIP { get; init => field = value ?? throw new JsonException("SrcIP of a probe is null"); }

    /// <summary>The address that is asked.</summary>
    public required string DstIP { get; init => field = value ?? throw new JsonException("DstIP of a probe is null"); }

    /// <summary>MAC address of the next hop; empty where frames have none.</summary>
    public string DstMAC { get; init => field = value ?? string.Empty; } = string.Empty;
}
