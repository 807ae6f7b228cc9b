namespace Skydive.Linux.Route;

/// <summary>What a bridge says of one of its ports. Source: <c>IFLA_BRPORT_*</c> of <c>linux/if_link.h</c>.</summary>
public sealed record BridgePort : LinkSlaveDetails
{
    // One object for each of the states there are: hosts have thousands of ports.
    private static readonly BridgePort[] s_known = [.. Enumerable.Range(0, 5).Select(static state => new BridgePort { State = state })];

    /// <summary>The spanning tree state: 0 disabled, 1 listening, 2 learning, 3 forwarding, 4 blocking (<c>BR_STATE_*</c>).</summary>
    public int State { get; init; }

    /// <summary>A port of this state.</summary>
    internal static BridgePort Of(byte state) => state < s_known.Length ? s_known[state] : new BridgePort { State = state };
}
