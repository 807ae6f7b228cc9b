using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Gremlin.Plans.Steps;

namespace Skydive.Gremlin.Language;

/// <summary>Steps that choose among elements or reduce them to values, whatever the elements are.</summary>
internal static class ElementSteps
{
    private const GremlinKind Elements = GremlinKind.Nodes | GremlinKind.Edges | GremlinKind.Flows;
    private const GremlinKind Records = GremlinKind.Metrics | GremlinKind.Sockets | GremlinKind.RawPackets;
    private const GremlinKind Groups = Records | GremlinKind.Groups;
    private const GremlinKind Sequences = Elements | Groups | GremlinKind.Paths | GremlinKind.Values | GremlinKind.Map;

    private static readonly FieldPath s_createdAt = FieldPath.Parse("@CreatedAt");
    private static readonly FieldPath s_last = FieldPath.Parse("Last");

    /// <summary>Their entries in the catalogue.</summary>
    public static IReadOnlyList<StepDefinition> All { get; } =
    [
        new(
            "Has",
            "The elements that have a field, or whose fields have certain values.",
            new StepForm(Elements | Groups, [Signature.Of(Parameter.Key), Signature.SomePairs], static call => new FilterStep(
                call.Input,
                call.Count == 1 ? new ExistsFilter(call.Text(0)) : call.AllPairs(call.Count)!))),
        new(
            "HasKey",
            "The elements that have a field.",
            new StepForm(Elements | Groups, [Signature.Of(Parameter.Key)], static call => new FilterStep(call.Input, new ExistsFilter(call.Text(0))))),
        new(
            "HasNot",
            "The elements that lack a field.",
            new StepForm(
                Elements | Groups, [Signature.Of(Parameter.Key)], static call => new FilterStep(call.Input, new NotFilter(new ExistsFilter(call.Text(0)))))),
        new(
            "HasEither",
            "The elements of whose fields one at least has a certain value.",
            new StepForm(Elements | Groups, [Signature.SomePairs], static call => new FilterStep(call.Input, call.AnyPair(call.Count)!))),
        new(
            "Dedup",
            "Of elements that are the same, or have the same values, the first.",
            new StepForm(Elements, [Signature.Repeat(0, Parameter.Key)], static call => new DedupStep(call.Input, call.Keys())),
            new StepForm(GremlinKind.Paths | GremlinKind.Values, [Signature.None], static call => new DedupStep(call.Input, []))),
        new(
            "Limit",
            "The first few.",
            new StepForm(Sequences, [Signature.Of(new Parameter("count", ParameterType.Count))], static call => new SliceStep(call.Input, 0, call.Integer(0)))),
        new(
            "Range",
            "Those from one position to before another, counted from 0.",
            new StepForm(
                Sequences,
                [Signature.Of(new("from", ParameterType.Count), new("to", ParameterType.Count))],
                static call => new SliceStep(call.Input, call.Integer(0), Math.Max(0, call.Integer(1) - call.Integer(0))))),
        new(
            "Sort",
            "The elements in the order of a field: @CreatedAt or, for flows, Last unless another is named.",
            new StepForm(
                Elements,
                [Signature.None, Signature.Of(Parameter.Key), Signature.Of(Parameter.Direction, Parameter.Key)],
                static call => new SortStep(
                    call.Input,
                    call.Count > 0 ? FieldPath.Parse(call.Text(call.Count - 1)) : call.Input == GremlinKind.Flows ? s_last : s_createdAt,
                    call.Count == 2 && Words.IsDescending(call[0])))),
        new("Count", "How many there are.", new StepForm(Sequences, [Signature.None], static _ => new CountStep())),
        new(
            "Values",
            "The values of a field.",
            new StepForm(Elements | Records, [Signature.Of(Parameter.Key)], static call => new ValuesStep(FieldPath.Parse(call.Text(0))))),
        new(
            "ValueMap",
            "Some fields of each element.",
            new StepForm(Elements | Records, [Signature.Repeat(1, Parameter.Key)], static call => new ValueMapStep(call.Keys()))),
        new("Keys", "The names of all fields.", new StepForm(Elements | GremlinKind.Metrics | GremlinKind.Sockets, [Signature.None], static _ => new KeysStep())),
        new(
            "Sum",
            "The sum of a field or, of metrics, of all counters.",
            new StepForm(Elements | GremlinKind.Sockets | GremlinKind.RawPackets, [Signature.Of(Parameter.Key)], SumOf),
            new StepForm(
                GremlinKind.Metrics,
                [Signature.None, Signature.Of(Parameter.Key)],
                static call => call.Count == 0 ? new MetricSumStep() : SumOf(call)),
            new StepForm(GremlinKind.Values, [Signature.None], static _ => new ReduceStep(Reduction.Sum, null))),
    ];

    private static SumStep SumOf(StepCall call) => new(new(call.Text(0), call[0].Span));
}
