using Skydive.Contracts.Metadata;
using Skydive.Gremlin.Execution;
using Skydive.Gremlin.Plans.Tests;
using Skydive.Gremlin.Syntax;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>
/// Repeat: takes steps again and again, each time from what they yielded the time before. What is done is yielded and not followed further: what
/// passes the test of Until, or was taken as often as Times says. With Emit, what passes its test on the way is yielded as well. In the order in
/// which they are reached, near ones first.
/// </summary>
/// <param name="Kind">What is followed.</param>
/// <param name="Body">The steps; null until they are known.</param>
/// <param name="Span">Where the step stands.</param>
internal sealed record RepeatStep(GremlinKind Kind, Subplan? Body, SourceSpan Span) : SynchronousStep, IIncomplete
{
    /// <summary>How often the steps are taken; null for as often as there is something to follow.</summary>
    public int? Times { get; init; }

    /// <summary>What is done; null for nothing.</summary>
    public ElementTest? Until { get; init; }

    /// <summary>Whether it is tested before the steps are taken: what passes at once is yielded at once.</summary>
    public bool TestsFirst { get; init; }

    /// <summary>Whether what is met on the way is yielded.</summary>
    public bool Emits { get; init; }

    /// <summary>What of it; null for all.</summary>
    public ElementTest? EmitTest { get; init; }

    /// <summary>Whether that begins with what is given, before the steps are taken for the first time.</summary>
    public bool EmitsFirst { get; init; }

    /// <inheritdoc/>
    public override GremlinKind Output => Kind;

    /// <inheritdoc/>
    public string? Missing => Body is null
        ? "'Times', 'Until' and 'Emit' say how to repeat, but no 'Repeat' follows"
        : Times is null && Until is null && !Emits ? "'Repeat' has no end: neither 'Times' nor 'Until' nor 'Emit' follows" : null;

    /// <summary>Whether the steps end with Dedup: what was reached once is not followed again, however often it is reached.</summary>
    public bool IsDistinct => Body!.Steps is [.., DedupStep { Keys.Count: 0 }];

    /// <inheritdoc/>
    public override PlanStep Optimized() => this with { Body = Body!.Optimized(), Until = Until?.Optimized(), EmitTest = EmitTest?.Optimized() };

    /// <summary>Takes the steps again and again.</summary>
    /// <param name="input">What is given.</param>
    /// <param name="context">What the steps of the run share.</param>
    /// <param name="run">Takes the steps once.</param>
    public IEnumerable<IFieldSource> Follow(ElementTraversal input, QueryContext context, Func<ElementTraversal, ElementTraversal> run)
    {
        var seen = IsDistinct ? new HashSet<string>(StringComparer.Ordinal) : null;
        var frontier = input.Elements.ToList();
        for (int taken = 0; frontier.Count > 0;)
        {
            var followed = new List<IFieldSource>();
            foreach (var element in frontier)
            {
                context.Budget.Collect();
                if (TestsFirst && IsDone(input, element, taken, context))
                {
                    yield return element;
                    continue;
                }

                if (EmitsFirst && IsEmitted(input, element, context))
                {
                    yield return element;
                }

                followed.Add(element);
            }

            frontier = [];
            taken++;
            foreach (var element in run(input.Many(followed)).Elements)
            {
                context.Budget.Visit();
                if (seen is not null && !seen.Add(IdOf(element)))
                {
                    continue;
                }

                if (!TestsFirst && IsDone(input, element, taken, context))
                {
                    yield return element;
                    continue;
                }

                if (!EmitsFirst && IsEmitted(input, element, context))
                {
                    yield return element;
                }

                frontier.Add(element);
            }
        }
    }

    /// <inheritdoc/>
    protected override Traversal Execute(Traversal input, QueryContext context)
    {
        var elements = (ElementTraversal)input;
        return elements.Many(Follow(elements, context, given => (ElementTraversal)Body!.Run(given, context)));
    }

    /// <inheritdoc/>
    protected override string Describe() => string.Concat(
        $"Repeat[{Body}]",
        Times is { } times ? $".Times({times})" : string.Empty,
        Until is { } until ? $".Until[{until}]{(TestsFirst ? " first" : string.Empty)}" : string.Empty,
        Emits ? $".Emit[{EmitTest}]{(EmitsFirst ? " first" : string.Empty)}" : string.Empty);

    private static string IdOf(IFieldSource element) => element is Traverser traverser ? traverser.Element.Id : ((Contracts.Topology.GraphElement)element).Id;

    private bool IsDone(ElementTraversal owner, IFieldSource element, int taken, QueryContext context) =>
        (Times is { } times && taken >= times) || (Until is { } until && until.Matches(owner, element, context));

    private bool IsEmitted(ElementTraversal owner, IFieldSource element, QueryContext context) =>
        Emits && (EmitTest is not { } test || test.Matches(owner, element, context));
}
