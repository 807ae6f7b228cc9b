using System.Text;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;
using Skydive.Graph.Views;
using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Results;

/// <summary>
/// Graphs in the DOT language: a line for each node with its name, the begin of its identifier and some of its metadata, then a line for
/// each edge with its type. As Skydive, ownership points from parent to child and all else both ways.
/// </summary>
internal static class DotResult
{
    private const int IdentifierLength = 8;

    private static readonly string[] s_keys = ["Type", "State", "IfIndex", "IPV4", "IPV6", "TID"];

    /// <summary>The lines, each with its end.</summary>
    /// <param name="view">The graph.</param>
    /// <param name="budget">What it may use up.</param>
    public static IEnumerable<string> Write(IGraphView view, QueryBudget budget)
    {
        yield return "digraph g {\n";
        foreach (var node in view.GetNodes())
        {
            budget.Visit();
            yield return NodeLine(node);
        }

        foreach (var edge in view.GetEdges())
        {
            foreach (var parent in view.GetParents(edge))
            {
                foreach (var child in view.GetChildren(edge))
                {
                    budget.Visit();
                    yield return EdgeLine(edge, parent, child);
                }
            }
        }

        yield return "}\n";
    }

    private static string NodeLine(Node node)
    {
        var line = new StringBuilder();
        AppendName(line.Append('"'), node);
        AppendName(line.Append("\" [label=\""), node);
        foreach (string key in s_keys)
        {
            if (node.Metadata.TryGetValue(key, out var value) && !value.IsNull)
            {
                AppendValue(line.Append("\\n").Append(key).Append(" = "), value);
            }
        }

        return line.Append("\"]\n").ToString();
    }

    private static string EdgeLine(Edge edge, Node parent, Node child)
    {
        var line = new StringBuilder();
        AppendName(line.Append('"'), parent);
        AppendName(line.Append("\" -> \""), child);
        line.Append("\" [label=");
        if (edge.RelationType.Length > 0 && edge.RelationType.All(char.IsAsciiLetterOrDigit) && char.IsAsciiLetter(edge.RelationType[0]))
        {
            line.Append(edge.RelationType);
        }
        else
        {
            AppendEscaped(line.Append('"'), edge.RelationType);
            line.Append('"');
        }

        return line.Append(",dir=").Append(edge.RelationType == RelationTypes.Ownership ? "forward" : "both").Append("]\n").ToString();
    }

    private static void AppendName(StringBuilder line, Node node)
    {
        AppendEscaped(line, node.Name);
        line.Append('-');
        AppendEscaped(line, node.Id.Length > IdentifierLength ? node.Id[..IdentifierLength] : node.Id);
    }

    private static void AppendValue(StringBuilder line, MetadataValue value)
    {
        if (value.Kind != MetadataKind.List)
        {
            AppendEscaped(line, value.ToString());
            return;
        }

        line.Append('[');
        string separator = string.Empty;
        foreach (var element in value.Elements)
        {
            AppendValue(line.Append(separator), element);
            separator = " ";
        }

        line.Append(']');
    }

    private static void AppendEscaped(StringBuilder line, string text)
    {
        foreach (char c in text)
        {
            switch (c)
            {
                case '"' or '\\':
                    line.Append('\\').Append(c);
                    break;
                case '\n':
                    line.Append("\\n");
                    break;
                case '\r':
                    break;
                default:
                    line.Append(c);
                    break;
            }
        }
    }
}
