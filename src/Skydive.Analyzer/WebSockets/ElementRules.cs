using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;

namespace Skydive.Analyzer.WebSockets;

/// <summary>
/// What nodes and edges that come from programs of others must have, as Skydive's schemas say: a node a Name and a Type, a network namespace a
/// Path and a port of an Open vSwitch a UUID too; an edge a RelationType. Identifiers and ends are no concern of these rules: nothing is read
/// as an element without them.
/// </summary>
internal static class ElementRules
{
    /// <summary>What an element lacks, one line each; null when it lacks nothing.</summary>
    public static string? Check(GraphElement element)
    {
        if (element is Edge)
        {
            return Missing(element, "RelationType");
        }

        string? more = element.GetText("Type") switch
        {
            "netns" => Missing(element, "Path"),
            "ovsport" => Missing(element, "UUID"),
            _ => null,
        };
        return Join(Join(Missing(element, "Name"), Missing(element, "Type")), more);
    }

    private static string? Missing(GraphElement element, string key)
    {
        if (!element.Metadata.TryGetValue(key, out var value) || value.IsNull)
        {
            return $"Metadata: {key} is required";
        }

        return value.Kind == MetadataKind.String ? null : $"Metadata.{key}: Invalid type. Expected: string";
    }

    private static string? Join(string? left, string? right) => left is null ? right : right is null ? left : left + "\n" + right;
}
