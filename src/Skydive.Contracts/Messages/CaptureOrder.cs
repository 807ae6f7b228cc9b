using System.Text.Json;
using Skydive.Contracts.Captures;

namespace Skydive.Contracts.Messages;

/// <summary>Orders an agent to start or stop a capture at one of its nodes.</summary>
public sealed record CaptureOrder
{
    /// <summary>Identifier of the node.</summary>
    public required string NodeID { get; init => field = value ?? throw new JsonException("NodeID of a capture order is null"); }

    /// <summary>The capture.</summary>
    public required Capture Resource { get; init => field = value ?? throw new JsonException("Resource of a capture order is null"); }
}
