namespace Skydive.Packets.Collectors;

/// <summary>When a datagram was sent.</summary>
/// <param name="Nanoseconds">Since 1970-01-01 UTC.</param>
/// <param name="UptimeMilliseconds">The exporter's uptime then, for version 9.</param>
internal readonly record struct NetFlowExportTime(long Nanoseconds, uint? UptimeMilliseconds);
