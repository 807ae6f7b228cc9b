using Skydive.Contracts.Captures;

namespace Skydive.Contracts.Messages;

/// <summary>Orders an agent to start or stop a capture at one of its nodes.</summary>
public sealed record CaptureOrder
{
    /// <summary>Identifier of the node.</summary>
    public required string NodeID { get; init; }

    /// <summary>The capture.</summary>
    public required Capture Resource { get; init; }
}
