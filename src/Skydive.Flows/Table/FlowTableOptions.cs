using System.Collections.Frozen;
using Skydive.Contracts.Flows;
using Skydive.Packets;

namespace Skydive.Flows.Table;

/// <summary>How a <see cref="FlowTable"/> works. Immutable.</summary>
public sealed record FlowTableOptions
{
    private static readonly FrozenDictionary<string, TimeSpan> s_applicationTimeouts =
        new Dictionary<string, TimeSpan> { ["ARP"] = TimeSpan.FromSeconds(10), ["DNS"] = TimeSpan.FromSeconds(10) }
            .ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The topology identifier of the node where packets are captured; part of every flow's UUID. Empty for files.</summary>
    public string NodeTid { get; init; } = string.Empty;

    /// <summary>The identifier of the capture; empty for files.</summary>
    public string CaptureId { get; init; } = string.Empty;

    /// <summary>What the first bytes of a frame are.</summary>
    public LinkType LinkType { get; init; } = LinkType.Ethernet;

    /// <summary>What tells flows apart.</summary>
    public LayerKeyMode LayerKeyMode { get; init; } = LayerKeyMode.L2;

    /// <summary>
    /// The most flows that the table holds, at least 1. A new flow in a full table takes the place of the least recently updated one, which is
    /// sent as timed out and counted as dropped.
    /// </summary>
    public int MaxEntries { get; init; } = 500_000;

    /// <summary>How often flows with new packets are sent.</summary>
    public TimeSpan UpdateInterval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a flow may be idle before it is given up.</summary>
    public TimeSpan ExpireAfter { get; init; } = TimeSpan.FromSeconds(600);

    /// <summary>How long a flow of an application (in upper or lower case) may be idle, where that differs. ARP and DNS 10 s by default.</summary>
    public IReadOnlyDictionary<string, TimeSpan> ApplicationTimeouts { get; init; } = s_applicationTimeouts;

    /// <summary>Names of applications by TCP port of either end, instead of the last layer's name; given in upper case.</summary>
    public IReadOnlyDictionary<int, string> TcpApplications { get; init; } = FrozenDictionary<int, string>.Empty;

    /// <summary>Names of applications by UDP port of either end, instead of the last layer's name; given in upper case.</summary>
    public IReadOnlyDictionary<int, string> UdpApplications { get; init; } = FrozenDictionary<int, string>.Empty;
}
