using System.Text.Json;

namespace Skydive.Contracts.PingMeshes;

/// <summary>Orders an agent to measure from its nodes; one with the same UUID takes the place of the one before, and pairs in both go on counting.</summary>
public sealed record PingMeshOrder
{
    private static readonly IReadOnlyList<PingProbe> s_none = [];

    /// <summary>The mesh, with all that it does not say filled in.</summary>
    public required PingMesh Mesh { get; init => field = value ?? throw new JsonException("Mesh of an order is null"); }

    /// <summary>The pairs whose sources are nodes of the agent.</summary>
    public IReadOnlyList<PingProbe> Probes { get; init => field = value ?? s_none; } = s_none;
}
