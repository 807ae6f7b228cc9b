using System.Text.Json;

namespace Skydive.Contracts.PingMeshes;

/// <summary>Asks an agent what it has measured.</summary>
public sealed record PingReportRequest
{
    /// <summary>Identifier of the mesh.</summary>
    public required string UUID { get; init => field = value ?? throw new JsonException("UUID of a request is null"); }

    /// <summary>The last sequence of samples that is kept already; the agent forgets those up to it.</summary>
    public long After { get; init; }
}
