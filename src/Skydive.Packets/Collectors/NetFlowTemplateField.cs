namespace Skydive.Packets.Collectors;

/// <summary>A field of a template.</summary>
/// <param name="Field">What it is; skipped when it is not known here.</param>
/// <param name="Length">Its length in bytes; <see cref="Variable"/> when each record says it.</param>
internal readonly record struct NetFlowTemplateField(NetFlowField Field, ushort Length)
{
    /// <summary>The length of fields that tell their length themselves (RFC 7011, section 7).</summary>
    public const ushort Variable = ushort.MaxValue;
}
