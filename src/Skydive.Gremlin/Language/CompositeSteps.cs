using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Gremlin.Execution;
using Skydive.Gremlin.Plans;
using Skydive.Gremlin.Plans.Steps;
using Skydive.Gremlin.Plans.Tests;
using Skydive.Gremlin.Syntax;

namespace Skydive.Gremlin.Language;

/// <summary>Steps beyond Skydive's, as TinkerPop has them: those that hold other steps, and those that put in order, group and reduce.</summary>
internal static class CompositeSteps
{
    private const GremlinKind Elements = GremlinKind.Nodes | GremlinKind.Edges | GremlinKind.Flows;
    private const GremlinKind Graph = GremlinKind.Nodes | GremlinKind.Edges;

    private static readonly FieldPath s_createdAt = FieldPath.Parse("@CreatedAt");
    private static readonly FieldPath s_last = FieldPath.Parse("Last");
    private static readonly Parameter s_count = new("count", ParameterType.Count);
    private static readonly Parameter s_times = new("times", ParameterType.Positive);
    private static readonly Parameter s_member = new("Within(name, …)", ParameterType.Membership);

    /// <summary>Their entries in the catalogue.</summary>
    public static IReadOnlyList<StepDefinition> All { get; } =
    [
        new(
            "Where",
            "The elements from which some steps lead to something, or the nodes that are, or are not, among those that As has kept.",
            new StepForm(Elements, [Signature.Of(Parameter.Traversal), Signature.Of(s_member)], static call => new TestStep(call.Input, TestOf(call)))),
        new(
            "And",
            "The elements from which each of several steps leads to something.",
            new StepForm(Elements, [Signature.Repeat(1, Parameter.Traversal)], static call => new TestStep(call.Input, new CombinedTest(TestsOf(call), NeedsAll: true)))),
        new(
            "Or",
            "The elements from which one of several steps leads to something.",
            new StepForm(Elements, [Signature.Repeat(1, Parameter.Traversal)], static call => new TestStep(call.Input, new CombinedTest(TestsOf(call), NeedsAll: false)))),
        new(
            "Not",
            "The elements from which some steps lead to nothing.",
            new StepForm(Elements, [Signature.Of(Parameter.Traversal)], static call => new TestStep(call.Input, new NegatedTest(TestsOf(call)[0])))),
        new(
            "HasId",
            "The elements with some identifiers; flows by UUID.",
            new StepForm(Elements, [Signature.Repeat(1, Parameter.Identifier)], static call => new FilterStep(
                call.Input, new WithinFilter(call.Input == GremlinKind.Flows ? "UUID" : "@ID", [.. call.Texts().Select(static id => (MetadataValue)id)])))),
        new(
            "Is",
            "The values, or the single value, that meet a condition.",
            new StepForm(GremlinKind.Values | GremlinKind.Value, [Signature.Of(Parameter.Value)], static call => new IsStep(call.Condition(0, ValueSource.Key)))),
        new(
            "Skip",
            "All but the first few.",
            new StepForm(
                Elements | GremlinKind.Paths | GremlinKind.Values, [Signature.Of(s_count)], static call => new SliceStep(call.Input, call.Integer(0), int.MaxValue))),
        new(
            "Tail",
            "The last few, one unless given.",
            new StepForm(
                Elements | GremlinKind.Values, [Signature.None, Signature.Of(s_count)], static call => new TailStep(call.Input, call.Count == 0 ? 1 : call.Integer(0)))),
        new(
            "Order",
            "The elements in the order of what By says, or values in their own.",
            new StepForm(
                Elements | GremlinKind.Values, [Signature.None], static call => new OrderStep(call.Input, [], call.Input == GremlinKind.Flows ? s_last : s_createdAt))),
        new(
            "By",
            "What of each element Order, Group, GroupCount, Project or Path looks at: a field, or what steps yield; for Order in which direction.",
            new StepForm(
                (GremlinKind)~0,
                [
                    Signature.Of(Parameter.Key),
                    Signature.Of(Parameter.Traversal),
                    Signature.Of(Parameter.Direction),
                    Signature.Of(Parameter.Key, Parameter.Direction),
                    Signature.Of(Parameter.Traversal, Parameter.Direction),
                ],
                By))
        {
            IsModulator = true,
        },
        new(
            "GroupCount",
            "How many elements there are for each value of a field, or of what By says; of values, how often each occurs.",
            new StepForm(
                Elements,
                [Signature.None, Signature.Of(Parameter.Key)],
                static call => new GroupCountStep(call.Input, call.Count == 0 ? null : new(FieldPath.Parse(call.Text(0)), null, false), call.Syntax.NameSpan)),
            new StepForm(GremlinKind.Values, [Signature.None], static call => new GroupCountStep(call.Input, null, call.Syntax.NameSpan))),
        new(
            "Project",
            "A map for each element, of some names and what a By for each finds.",
            new StepForm(Elements, [Signature.Repeat(1, new Parameter("name", ParameterType.Text))], static call => new ProjectStep(call.Input, Distinct(call), [], call.Syntax.NameSpan))),
        new(
            "Path",
            "The ways on which the nodes or edges were reached.",
            new StepForm(Graph, [Signature.None], static call => new PathStep(call.Input, null)))
        {
            IsTopLevel = true,
        },
        new(
            "SimplePath",
            "The nodes or edges on whose way none occurs twice.",
            new StepForm(Graph, [Signature.None], static call => new SimplePathStep(call.Input))),
        new(
            "Repeat",
            "What is reached by steps that are taken again and again, as Times, Until and Emit say.",
            new StepForm(Graph, [Signature.Of(Parameter.Traversal)], Repeat)),
        new(
            "Times",
            "How often Repeat takes its steps.",
            new StepForm(Graph, [Signature.Of(s_times)], static call => Modulate(call, repeat => repeat.Times is null ? repeat with { Times = call.Integer(0) } : null)))
        {
            IsModulator = true,
        },
        new(
            "Until",
            "What Repeat does not follow further, but yields; before Repeat, tested before its steps are taken for the first time.",
            new StepForm(Graph, [Signature.Of(Parameter.Traversal)], static call => Modulate(call, repeat => repeat.Until is not null ? null : repeat with
            {
                Until = TestsOf(call)[0],
                TestsFirst = repeat.Body is null,
            })))
        {
            IsModulator = true,
        },
        new(
            "Emit",
            "What Repeat yields on its way: all, or that from which steps lead to something; before Repeat, what it starts from as well.",
            new StepForm(Graph, [Signature.None, Signature.Of(Parameter.Traversal)], static call => Modulate(call, repeat => repeat.Emits ? null : repeat with
            {
                Emits = true,
                EmitTest = call.Count == 0 ? null : TestsOf(call)[0],
                EmitsFirst = repeat.Body is null,
            })))
        {
            IsModulator = true,
        },
        Reduce("Min", "The least number of a field, or of the values.", Reduction.Least),
        Reduce("Max", "The greatest number of a field, or of the values.", Reduction.Greatest),
        Reduce("Mean", "The mean of the numbers of a field, or of the values.", Reduction.Mean),
        new(
            "Explain",
            "How the query would be run: its steps as they were made cheaper, and where they start.",
            new StepForm((GremlinKind)~0, [Signature.None], static _ => new ExplainStep([])))
        {
            IsTopLevel = true,
        },
    ];

    private static StepDefinition Reduce(string name, string summary, Reduction reduction) => new(
        name,
        summary,
        new StepForm(
            Elements | GremlinKind.Metrics | GremlinKind.Sockets,
            [Signature.Of(Parameter.Key)],
            call => new ReduceStep(reduction, FieldPath.Parse(call.Text(0)))),
        new StepForm(GremlinKind.Values, [Signature.None], _ => new ReduceStep(reduction, null)));

    private static ElementTest[] TestsOf(StepCall call)
    {
        var tests = new ElementTest[call.Count];
        for (int i = 0; i < tests.Length; i++)
        {
            tests[i] = new TraversalTest(call.Traversal(i, call.Input));
        }

        return tests;
    }

    private static ElementTest TestOf(StepCall call)
    {
        if (call[0] is not CallSyntax membership || PredicateCatalog.Find(membership.Name) is not { IsMembership: true } predicate)
        {
            return TestsOf(call)[0];
        }

        if (call.Input != GremlinKind.Nodes)
        {
            throw call.Error(0, $"only nodes are kept by As, not {Binder.NameOf(call.Input)}");
        }

        var test = new MembershipTest(call.NamesIn(0));
        return predicate.Name == "Within" ? test : new NegatedTest(test);
    }

    private static string[] Distinct(StepCall call)
    {
        string[] names = call.Texts();
        for (int i = 0; i < names.Length; i++)
        {
            if (Array.IndexOf(names, names[i]) < i)
            {
                throw call.Error(i, $"the name '{Diagnostics.Printable(names[i])}' stands there twice");
            }
        }

        return names;
    }

    private static PlanStep By(StepCall call)
    {
        if (call.Previous is not IModulated modulated)
        {
            throw call.Error("invalid step 'By'", "it must stand after Order, Group, GroupCount, Project or Path");
        }

        bool isDescending = call.Count > 0 && Words.IsDescending(call[call.Count - 1]);
        ByModulator by;
        if (call[0] is LiteralSyntax)
        {
            if (modulated.ElementKind == GremlinKind.Values)
            {
                throw call.Error(0, "values have no fields", "expected ASC or DESC");
            }

            by = new(FieldPath.Parse(call.Text(0)), null, isDescending);
        }
        else if (call[0] is WordSyntax)
        {
            if (modulated is not OrderStep { Kind: GremlinKind.Values })
            {
                throw call.Error(0, "what to order by is missing", "expected By(key, DESC), or By(DESC) where values are put in order");
            }

            by = new(null, null, isDescending);
        }
        else
        {
            if (modulated.ElementKind == GremlinKind.Values)
            {
                throw call.Error(0, "values lead to nothing", "expected ASC or DESC");
            }

            var plan = call.Traversal(0, modulated.ElementKind);
            if (plan.Output is not (GremlinKind.Value or GremlinKind.Values))
            {
                throw call.Error(0, $"the steps yield {Binder.NameOf(plan.Output)}, no value", "expected steps that end with Values(key), Count() or the like");
            }

            by = new(null, plan, isDescending);
        }

        if (call[call.Count - 1] is WordSyntax && modulated is not OrderStep)
        {
            throw call.Error(call.Count - 1, "a direction has no meaning here", "only By after Order takes one");
        }

        return call.Replace(modulated.With(by) ?? throw call.Error("there is one 'By' too many"));
    }

    private static RepeatStep Repeat(StepCall call)
    {
        var body = call.Traversal(0, call.Input, isTracked: true);
        if (body.Output != call.Input)
        {
            throw call.Error(0, $"the steps lead from {Binder.NameOf(call.Input)} to {Binder.NameOf(body.Output)}, so that they cannot be repeated");
        }

        return call.Previous is RepeatStep { Body: null } before ? before with { Body = body, Span = call.Syntax.NameSpan } : new(call.Input, body, call.Syntax.NameSpan);
    }

    /// <summary>Says more about the Repeat before, or about one that follows.</summary>
    private static PlanStep Modulate(StepCall call, Func<RepeatStep, RepeatStep?> change)
    {
        var next = new RepeatStep(call.Input, null, call.Syntax.NameSpan);
        return call.Previous switch
        {
            RepeatStep { Body: null } pending => call.Replace(change(pending) ?? throw call.Error($"there is one '{call.Syntax.Name}' too many")),

            // What the Repeat before has already belongs to one that follows.
            RepeatStep repeat => change(repeat) is { } changed ? call.Replace(changed) : change(next)!,
            _ => change(next)!,
        };
    }
}
