using Skydive.Gremlin.Plans.Steps;
using Skydive.Gremlin.Syntax;
using Skydive.Gremlin.Time;

namespace Skydive.Gremlin.Language;

/// <summary>Steps that start, or that make a graph.</summary>
internal static class GraphSteps
{
    private static readonly Parameter s_name = new("name", ParameterType.Text);
    private static readonly Parameter s_time = new("time", ParameterType.Time);
    private static readonly Parameter s_duration = new("duration", ParameterType.Duration);

    /// <summary>Their entries in the catalogue.</summary>
    public static IReadOnlyList<StepDefinition> All { get; } =
    [
        new(
            "G",
            "The graph; alone, all of its nodes and edges. After other steps, begins again.",
            new StepForm(GremlinKind.Nodes, [Signature.None], static _ => new GraphStep()))
        {
            IsTopLevel = true,
        },
        new(
            "At",
            "The graph, and all that follows, at a time in the past, or in the span that ends then.",
            new StepForm(GremlinKind.Graph, [Signature.Of(s_time), Signature.Of(s_time, s_duration)], static call => new ContextStep(TimeOf(call))))
        {
            Aliases = ["Context"],
            IsFirstOnly = true,
            IsTopLevel = true,
        },
        new(
            "V",
            "The nodes of the graph, or those with some identifiers.",
            new StepForm(GremlinKind.Graph, [Signature.Repeat(0, Parameter.Identifier)], static call => new VerticesStep(NamesOf(call), null))),
        new(
            "E",
            "The edges of the graph, or those with some identifiers.",
            new StepForm(GremlinKind.Graph, [Signature.Repeat(0, Parameter.Identifier)], static call => new EdgesStep(NamesOf(call), null))),
        new(
            "SubGraph",
            "The graph of the nodes and the edges among them, or of the edges and their ends.",
            new StepForm(
                GremlinKind.Nodes | GremlinKind.Edges | GremlinKind.Paths,
                [Signature.Pairs],
                static call => new SubGraphStep(call.AllPairs(call.Count)))),
        new(
            "As",
            "Keeps the nodes under a name, for Select.",
            new StepForm(GremlinKind.Nodes, [Signature.Of(s_name)], static call =>
            {
                call.Names.Add(call.Text(0));
                return new AsStep(call.Text(0));
            }))
        {
            IsTopLevel = true,
        },
        new(
            "Select",
            "The nodes that As has kept under some names.",
            new StepForm(GremlinKind.Nodes, [Signature.Repeat(1, s_name)], static call => new SelectStep(KnownNames(call))))
        {
            IsTopLevel = true,
        },
    ];

    private static ElementName[] NamesOf(StepCall call)
    {
        var names = new ElementName[call.Count];
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = new(call.Text(i), call[i].Span);
        }

        return names;
    }

    private static string[] KnownNames(StepCall call)
    {
        string[] names = call.Texts();
        for (int i = 0; i < names.Length; i++)
        {
            if (!call.Names.Contains(names[i]))
            {
                throw call.UnknownName(call[i].Span, names[i]);
            }
        }

        return names;
    }

    private static TimeContext TimeOf(StepCall call)
    {
        var at = TimePoint.Now;
        if (call[0] is LiteralSyntax literal && !TimePoint.TryParse(literal.Value, out at))
        {
            throw call.Error(
                0,
                $"'{Diagnostics.Printable(literal.Value.ToString())}' is no time",
                "expected NOW, RFC 1123 such as 'Sun, 06 Nov 2016 08:49:37 GMT', RFC 3339 such as '2016-11-06T08:49:37Z', a Go duration such as '-1m' or seconds or milliseconds since 1970");
        }

        return new(at, call.Count == 1 ? null : Duration(call));
    }

    private static long Duration(StepCall call)
    {
        if (call[1] is not LiteralSyntax literal)
        {
            return long.MaxValue;
        }

        var value = literal.Value;
        if (value.TryGetInteger(out long seconds) && seconds is >= 0 and <= long.MaxValue / 1000)
        {
            return seconds * 1000;
        }

        return value.AsString is { } text && GoDuration.TryParse(text, out var duration) && duration >= TimeSpan.Zero
            ? (long)duration.TotalMilliseconds
            : throw call.Error(
                1, $"'{Diagnostics.Printable(value.ToString())}' is no duration", "expected seconds, a Go duration such as '1h30m' or FOREVER");
    }
}
