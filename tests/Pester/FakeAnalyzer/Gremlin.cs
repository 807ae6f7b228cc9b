using System.Text.RegularExpressions;
using Skydive.Contracts.Errors;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;

namespace FakeAnalyzer;

/// <summary>
/// Just enough of the language for what the cmdlets ask: V, E, BothE, Flows, Has, HasEither, Limit, Range, Count, Values. Steps that it does
/// not know leave the results as they are; the real service has its own tests.
/// </summary>
internal static partial class Gremlin
{
    public static object Evaluate(string query)
    {
        var steps = StepPattern().Matches(query).Select(static match => (Name: match.Groups[1].Value, Arguments: Arguments(match.Groups[2].Value))).ToList();
        if (query.Contains("Foo(", StringComparison.Ordinal))
        {
            int offset = query.IndexOf("Foo(", StringComparison.Ordinal);
            throw new QueryException(new()
            {
                Status = 400,
                Code = ErrorCodes.GremlinSyntaxError,
                Detail = "'Foo' is no step",
                Offset = offset,
                Line = 1,
                Column = offset + 1,
                Expected = ["Has", "Out", "In"],
            });
        }

        if (steps.All(static step => step.Name is "At" or "Context"))
        {
            return new SubGraph { Nodes = Lab.Nodes, Edges = Lab.Edges };
        }

        IReadOnlyList<IFieldSource> current = [];
        foreach (var (name, arguments) in steps)
        {
            switch (name)
            {
                case "V":
                    current = Lab.Nodes;
                    break;
                case "E":
                    current = Lab.Edges;
                    break;
                case "BothE":
                    var ids = current.OfType<Node>().Select(static node => node.Id).ToHashSet();
                    current = [.. Lab.Edges.Where(edge => ids.Contains(edge.Parent) || ids.Contains(edge.Child))];
                    break;
                case "Out":
                    var owners = current.OfType<Node>().Select(static node => node.Id).ToHashSet();
                    var owned = Lab.Edges.Where(edge => owners.Contains(edge.Parent)).Select(static edge => edge.Child).ToHashSet();
                    current = [.. Lab.Nodes.Where(node => owned.Contains(node.Id) && HasAll(node, arguments))];
                    break;
                case "Flows":
                    var tids = current.OfType<Node>().Select(static node => node.TID).ToHashSet();
                    current = [.. Lab.Flows.Where(flow => tids.Count == 0 || tids.Contains(flow.NodeTID))];
                    break;
                case "Has":
                    current = [.. current.Where(element => HasAll(element, arguments))];
                    break;
                case "HasEither":
                    current = [.. current.Where(element => Enumerable.Range(0, arguments.Count / 2).Any(i => HasAll(element, arguments.GetRange(i * 2, 2))))];
                    break;
                case "Limit":
                    current = [.. current.Take(int.Parse(arguments[0]))];
                    break;
                case "Range":
                    current = [.. current.Skip(int.Parse(arguments[0])).Take(int.Parse(arguments[1]) - int.Parse(arguments[0]))];
                    break;
                case "Count":
                    return current.Count;
                case "Values":
                    return current.Select(element => element.TryGetField(FieldPath.Parse(Text(arguments[0])), out var value) ? value.ToString() : null).OfType<string>().ToList();
            }
        }

        return current;
    }

    private static bool HasAll(IFieldSource element, List<string> arguments)
    {
        for (int i = 0; i < arguments.Count; i += 2)
        {
            if (!element.TryGetField(FieldPath.Parse(Text(arguments[i])), out var value) || (i + 1 < arguments.Count && !Matches(value, arguments[i + 1])))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Matches(MetadataValue value, string argument)
    {
        if (value.Kind == MetadataKind.List)
        {
            return value.Elements.ToArray().Any(element => Matches(element, argument));
        }

        var predicate = PredicatePattern().Match(argument);
        return (predicate.Success ? predicate.Groups[1].Value : string.Empty) switch
        {
            "" => value.ToString() == Text(argument),
            "Regex" => Regex.IsMatch(value.ToString(), $"^(?:{Text(predicate.Groups[2].Value)})$"),
            "Within" => Arguments(predicate.Groups[2].Value).Any(one => value.ToString() == Text(one)),
            "Ne" => value.ToString() != Text(predicate.Groups[2].Value),
            _ => true,
        };
    }

    private static List<string> Arguments(string text) => [.. ArgumentPattern().Matches(text).Select(static match => match.Value.Trim())];

    private static string Text(string literal) => literal.StartsWith('\'') ? Regex.Replace(literal[1..^1], @"\\(.)", static match => match.Groups[1].Value == "n" ? "\n" : match.Groups[1].Value) : literal;

    [GeneratedRegex(@"\.(\w+)\(((?:'(?:\\.|[^'\\])*'|[^()']|\((?:'(?:\\.|[^'\\])*'|[^()'])*\))*)\)")]
    private static partial Regex StepPattern();

    [GeneratedRegex(@"(?:\w+\((?:'(?:\\.|[^'\\])*'|[^()'])*\)|'(?:\\.|[^'\\])*'|[^,'()\s]+)")]
    private static partial Regex ArgumentPattern();

    [GeneratedRegex(@"^(\w+)\((.*)\)$", RegexOptions.Singleline)]
    private static partial Regex PredicatePattern();
}
