namespace Skydive.Linux.Packets;

/// <summary>Counters of a <see cref="PcapDevice"/> since it was opened.</summary>
/// <param name="Packets">Packets that the filter took.</param>
/// <param name="Drops">Packets lost because the buffer was full.</param>
/// <param name="InterfaceDrops">
/// Packets that the interface or its driver lost; null where libpcap cannot know, since it reads them in the namespace of the process.
/// </param>
public readonly record struct PcapDeviceStatistics(long Packets, long Drops, long? InterfaceDrops);
