using Skydive.Contracts.Queries;

namespace Skydive;

/// <summary>Whether a text is a query, and if not why.</summary>
public sealed class QueryTest
{
    internal QueryTest(string gremlin, ValidationReply reply)
    {
        Gremlin = gremlin;
        IsValid = reply.Valid;
        Kind = reply.Kind;
        Plan = reply.Plan;
        Reason = reply.Error?.Reason;
        Message = reply.Error?.Message;
        Offset = reply.Error?.Offset;
        Line = reply.Error?.Line;
        Column = reply.Error?.Column;
        Expected = [.. reply.Error?.Expected ?? []];
    }

    /// <summary>The text.</summary>
    public string Gremlin { get; }

    /// <summary>Whether it is a query.</summary>
    public bool IsValid { get; }

    /// <summary>What it gives, such as Nodes or Flows; null when it is none.</summary>
    public string? Kind { get; }

    /// <summary>How it would be run; null when it is none.</summary>
    public string? Plan { get; }

    /// <summary>Syntax, InvalidStep or InvalidArgument; null when it is a query.</summary>
    public string? Reason { get; }

    /// <summary>What is wrong; null when it is a query.</summary>
    public string? Message { get; }

    /// <summary>Where, counted from 0; null when it belongs to no place.</summary>
    public int? Offset { get; }

    /// <summary>The line, counted from 1.</summary>
    public int? Line { get; }

    /// <summary>The column, counted from 1.</summary>
    public int? Column { get; }

    /// <summary>What would have been accepted there.</summary>
    public string[] Expected { get; }

    /// <summary>The query with a mark under the place that is wrong; empty when it is a query or the place is not known.</summary>
    public string Marked
    {
        get
        {
            if (Offset is not { } offset)
            {
                return string.Empty;
            }

            int start = offset == 0 ? 0 : Gremlin.LastIndexOf('\n', Math.Min(offset, Gremlin.Length) - 1) + 1;
            int end = Gremlin.IndexOf('\n', Math.Min(offset, Gremlin.Length));
            return Gremlin[start..(end < 0 ? Gremlin.Length : end)] + Environment.NewLine + new string(' ', offset - start) + "^";
        }
    }

    /// <summary>What is wrong, or the kind of its results.</summary>
    public override string ToString() => Message ?? Kind ?? string.Empty;
}
