using Skydive.Linux.Route;

namespace Skydive.Linux.Bpf;

/// <summary>Says what the packets of an interface begin with.</summary>
public static class LinkTypes
{
    /// <summary>The link type of raw packets read from an interface.</summary>
    /// <param name="hardwareType">The interface's hardware type.</param>
    /// <returns>The link type; null when this library does not know the hardware type.</returns>
    public static LinkType? FromHardwareType(HardwareType hardwareType) => hardwareType switch
    {
        HardwareType.Ethernet or HardwareType.Loopback => LinkType.Ethernet,

        // Tunnels hand over the inner packet: the outer headers are already gone, or not there yet.
        HardwareType.None or HardwareType.RawIp or HardwareType.Tunnel or HardwareType.Tunnel6 or HardwareType.Sit or HardwareType.Gre
            or HardwareType.Gre6 or HardwareType.MulticastRouting or HardwareType.Ppp => LinkType.RawIp,
        HardwareType.WirelessRadiotap => LinkType.Radiotap,
        _ => null,
    };
}
