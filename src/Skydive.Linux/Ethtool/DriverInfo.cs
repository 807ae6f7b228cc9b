namespace Skydive.Linux.Ethtool;

/// <summary>What drives an interface. Source: <c>struct ethtool_drvinfo</c> of <c>linux/ethtool.h</c>.</summary>
/// <param name="Driver">The driver, such as <c>veth</c>, <c>bridge</c>, <c>openvswitch</c>, <c>virtio_net</c>.</param>
/// <param name="Version">Its version, or that of the kernel.</param>
/// <param name="FirmwareVersion">The version of the firmware; empty or <c>N/A</c> when there is none.</param>
/// <param name="BusInfo">Where the device is, such as <c>0000:00:03.0</c>; empty or <c>N/A</c> for software.</param>
public sealed record DriverInfo(string Driver, string Version, string FirmwareVersion, string BusInfo);
