using System.Text.Json;
using Skydive.Contracts.Injections;

namespace Skydive.Contracts.Messages;

/// <summary>Orders an agent to start or stop sending packets from one of its nodes.</summary>
public sealed record InjectionOrder
{
    /// <summary>Identifier of the node.</summary>
    public required string NodeID { get; init => field = value ?? throw new JsonException("NodeID of an injection order is null"); }

    /// <summary>The packets: addresses, ports and identifiers are all given.</summary>
    public required Injection Resource { get; init => field = value ?? throw new JsonException("Resource of an injection order is null"); }
}
