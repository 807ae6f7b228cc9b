using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;
using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>
/// Keys: the names of the fields that elements have, each once, in the order in which they were met; nested ones with dots, those of lists of
/// maps too. For flows, the names of all fields that a flow can have, as in Skydive.
/// </summary>
internal sealed record KeysStep : SynchronousStep
{
    // The order of Skydive's answers.
    private static readonly string[] s_nodeFields = ["@DeletedAt", "@Revision", "@ID", "@Host", "@Origin", "@CreatedAt", "@UpdatedAt"];
    private static readonly string[] s_edgeFields = [.. s_nodeFields, "Parent", "Child"];

    /// <inheritdoc/>
    public override GremlinKind Output => GremlinKind.Values;

    /// <inheritdoc/>
    public override bool ReadsGraph => false;

    /// <inheritdoc/>
    protected override Traversal Execute(Traversal input, QueryContext context) => new ValueTraversal(input switch
    {
        NodeTraversal nodes => Read(nodes.Items, s_nodeFields, context.Budget),
        EdgeTraversal edges => Read(edges.Items, s_edgeFields, context.Budget),
        FlowTraversal flows => FlowKeys(flows.Items),
        GroupedTraversal<MetadataMap> records => Read(records, context.Budget),
        _ => throw new InvalidOperationException($"Keys on {input.Kind}"),
    });

    /// <inheritdoc/>
    protected override string Describe() => "Keys";

    private static IEnumerable<MetadataValue> FlowKeys(IEnumerable<Flow> flows)
    {
        if (!flows.Any())
        {
            yield break;
        }

        foreach (string name in FlowFields.Names)
        {
            yield return name;
        }
    }

    private static List<MetadataValue> Read(GroupedTraversal<MetadataMap> records, QueryBudget budget)
    {
        var keys = new List<MetadataValue>();
        var seen = new HashSet<(string Prefix, string Key)>();
        foreach (var group in records.Groups)
        {
            foreach (var record in group.Items)
            {
                budget.Visit();
                Add(record, string.Empty, seen, keys, budget);
            }
        }

        return keys;
    }

    private static List<MetadataValue> Read(IEnumerable<GraphElement> elements, string[] own, QueryBudget budget)
    {
        var keys = new List<MetadataValue>();
        var seen = new HashSet<(string Prefix, string Key)>();
        foreach (var element in elements)
        {
            budget.Visit();
            if (keys.Count == 0)
            {
                foreach (string name in own)
                {
                    keys.Add(name);
                }
            }

            Add(element.Metadata, string.Empty, seen, keys, budget);
        }

        return keys;
    }

    private static void Add(MetadataMap map, string prefix, HashSet<(string Prefix, string Key)> seen, List<MetadataValue> keys, QueryBudget budget)
    {
        var names = map.KeySpan;
        var values = map.ValueSpan;
        for (int i = 0; i < names.Length; i++)
        {
            if (seen.Add((prefix, names[i])))
            {
                budget.Collect();
                keys.Add(prefix + names[i]);
            }

            AddInner(values[i], prefix, names[i], seen, keys, budget);
        }
    }

    // Metadata is nested 64 deep at most, see MetadataJson.MaximumDepth.
    private static void AddInner(
        MetadataValue value, string prefix, string name, HashSet<(string Prefix, string Key)> seen, List<MetadataValue> keys, QueryBudget budget)
    {
        if (value.AsMap is { } map)
        {
            Add(map, $"{prefix}{name}.", seen, keys, budget);
        }

        foreach (var element in value.Elements)
        {
            AddInner(element, prefix, name, seen, keys, budget);
        }
    }
}
