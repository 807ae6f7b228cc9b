using Skydive.Contracts.Metadata;

namespace Skydive.Analyzer.Hub;

/// <summary>
/// Tells a change that only moves the counters of captures, which agents bring every second, from one that history has to keep.
/// </summary>
internal static class CaptureCounters
{
    private const string CapturesKey = "Captures";

    /// <summary>Whether nothing but counters of captures differs.</summary>
    public static bool IsAllThatDiffers(MetadataMap before, MetadataMap after)
    {
        if (!before.TryGetValue(CapturesKey, out var old) || !after.TryGetValue(CapturesKey, out var now) || old.Elements.Length != now.Elements.Length)
        {
            return false;
        }

        for (int i = 0; i < old.Elements.Length; i++)
        {
            if (!Without(old.Elements[i]).Equals(Without(now.Elements[i])))
            {
                return false;
            }
        }

        return before.Without(CapturesKey).Equals(after.Without(CapturesKey));
    }

    private static MetadataValue Without(MetadataValue capture) =>
        capture.AsMap?.Without("PacketsReceived").Without("PacketsDropped").Without("PacketsIfDropped").Without("FlowsDropped");
}
