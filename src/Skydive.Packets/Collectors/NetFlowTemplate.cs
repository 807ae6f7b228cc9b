namespace Skydive.Packets.Collectors;

/// <summary>How the records of a set look.</summary>
/// <param name="Fields">The fields in order.</param>
/// <param name="IsOptions">Whether the records tell of the exporter, and not of flows.</param>
/// <param name="MinimumLength">The fewest bytes that a record has; at least 1.</param>
internal sealed record NetFlowTemplate(NetFlowTemplateField[] Fields, bool IsOptions, int MinimumLength);
