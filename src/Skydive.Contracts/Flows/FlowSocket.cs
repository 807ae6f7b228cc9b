namespace Skydive.Contracts.Flows;

/// <summary>The process that has the socket at one end of a flow.</summary>
public sealed record FlowSocket
{
    /// <summary>The path of its program.</summary>
    public string Process { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>Its identifier, as the agent of its host sees it.</summary>
    public long Pid { get; init; }

    /// <summary>The name of its first thread.</summary>
    public string Name { get; init => field = value ?? string.Empty; } = string.Empty;
}
