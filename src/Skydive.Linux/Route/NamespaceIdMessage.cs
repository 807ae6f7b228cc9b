namespace Skydive.Linux.Route;

/// <summary>
/// The id that one network namespace has inside another (<c>RTM_NEWNSID</c>, <c>RTM_DELNSID</c>). Source: <c>linux/net_namespace.h</c>.
/// </summary>
public sealed record NamespaceIdMessage
{
    /// <summary>The id; null when none is assigned.</summary>
    public int? Id { get; init; }
}
