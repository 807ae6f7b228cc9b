using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Gremlin.Plans.Steps;

namespace Skydive.Gremlin.Plans;

/// <summary>Finds out what the result of a plan depends on, for those who ask the same query again whenever the graph changes.</summary>
internal static class PlanReading
{
    /// <summary>The conditions that the plan comes down to; null when it is more than conditions on single elements.</summary>
    public static GraphSelection? FindSelection(IReadOnlyList<PlanStep> steps)
    {
        if (steps is not [GraphStep, ..])
        {
            return null;
        }

        if (steps.Count == 1)
        {
            return new(null, null);
        }

        PlanStep[] plan = [.. steps];
        if (plan is not [_, VerticesStep { Names.Count: <= 1 } start, .. var conditions, SubGraphStep end])
        {
            return null;
        }

        var nodes = start.Names.Count == 0 ? start.Filter : Filter.And(start.Condition, start.Filter);
        foreach (var step in conditions)
        {
            if (step is not FilterStep { Kind: GremlinKind.Nodes } condition)
            {
                return null;
            }

            nodes = Filter.And(nodes, condition.Filter);
        }

        return new(nodes, end.Filter);
    }

    /// <summary>
    /// The top-level keys of metadata that decide which nodes and edges a plan finds in a live graph, besides which there are and who is joined
    /// with whom; null when that cannot be said.
    /// </summary>
    public static IReadOnlySet<string>? FindKeys(IReadOnlyList<PlanStep> steps)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        return steps.All(step => TryAdd(step, keys)) ? keys : null;
    }

    private static bool TryAdd(PlanStep step, HashSet<string> keys) => step switch
    {
        GraphStep => true,
        VerticesStep vertices => TryAdd(vertices.Filter, keys),
        EdgesStep edges => TryAdd(edges.Filter, keys),
        FilterStep filter => TryAdd(filter.Filter, keys),
        SubGraphStep graph => TryAdd(graph.Filter, keys),
        NeighborStep neighbor => TryAdd(neighbor.Filter, keys),
        IncidentEdgesStep edges => TryAdd(edges.Filter, keys),
        EdgeEndsStep ends => TryAdd(ends.Filter, keys),
        HierarchyStep hierarchy => TryAdd(hierarchy.Filter, keys),
        ShortestPathStep { Weight: null } path => TryAdd(path.Target, keys) && TryAdd(path.EdgeFilter, keys),
        DedupStep { Keys.Count: 0 } => true,
        _ => false,
    };

    private static bool TryAdd(Filter? filter, HashSet<string> keys)
    {
        switch (filter)
        {
            case null:
                return true;
            case AllFilter all:
                return all.Filters.All(part => TryAdd(part, keys));
            case AnyFilter any:
                return any.Filters.All(part => TryAdd(part, keys));
            case NotFilter not:
                return TryAdd(not.Filter, keys);
            case FieldFilter field:
                return TryAdd(field.Key, keys);
            case ExistsFilter exists:
                return TryAdd(exists.Key, keys);
            default:
                return false;
        }
    }

    private static bool TryAdd(string key, HashSet<string> keys)
    {
        // Times and revisions change with everything; what else an element has of its own never does.
        if (key.StartsWith('@'))
        {
            return key is "@ID" or "@Host" or "@Origin" or "@CreatedAt";
        }

        keys.Add(FieldPath.Parse(key).Text.Split('.')[0]);
        return true;
    }
}
