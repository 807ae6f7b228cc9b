using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;
using Skydive.Gremlin.Execution;
using Skydive.Gremlin.Plans.Steps;

namespace Skydive.Gremlin.Plans;

/// <summary>Runs steps so that of each node or edge the way is known on which it was reached.</summary>
internal static class Tracking
{
    /// <summary>
    /// Joins steps that have to be run so: those that stand before Path, or around SimplePath, back to where their nodes or edges come from.
    /// </summary>
    /// <param name="steps">The steps as they are written.</param>
    /// <param name="input">What they are given.</param>
    public static List<PlanStep> Join(IReadOnlyList<PlanStep> steps, GremlinKind input)
    {
        var result = new List<PlanStep>();
        var run = new List<PlanStep>();
        foreach (var step in steps)
        {
            if (step is PathStep path)
            {
                result.Add(new TrackedStep(run, path));
                run = [];
            }
            else if (CanTrack(step) && (run.Count > 0 || (result.Count > 0 ? result[^1].Output : input) is GremlinKind.Nodes or GremlinKind.Edges))
            {
                run.Add(step);
            }
            else
            {
                End();
                result.Add(step);
            }
        }

        End();
        return result;

        void End()
        {
            if (run.Exists(NeedsPath))
            {
                result.Add(new TrackedStep(run, null));
            }
            else
            {
                result.AddRange(run);
            }

            run = [];
        }
    }

    /// <summary>Whether the way of elements is known behind a step when it was before it.</summary>
    public static bool CanTrack(PlanStep step) => step
        is FilterStep or TestStep or SimplePathStep or DedupStep or SortStep or OrderStep or SliceStep or TailStep or AsStep
        or NeighborStep or IncidentEdgesStep or EdgeEndsStep or HierarchyStep or RepeatStep
        && step.Output is GremlinKind.Nodes or GremlinKind.Edges;

    /// <summary>Whether a step looks at the way of elements.</summary>
    public static bool NeedsPath(PlanStep step) => step is SimplePathStep || (step is RepeatStep { Body: { } body } && body.Steps.Any(NeedsPath));

    /// <summary>Runs steps.</summary>
    /// <param name="steps">The steps.</param>
    /// <param name="input">What they are given.</param>
    /// <param name="context">What the steps of the run share.</param>
    public static TraverserTraversal Run(IReadOnlyList<PlanStep> steps, TraverserTraversal input, QueryContext context)
    {
        var current = input;
        foreach (var step in steps)
        {
            current = Run(step, current, context);
        }

        return current;
    }

    private static TraverserTraversal Run(PlanStep step, TraverserTraversal input, QueryContext context)
    {
        switch (step)
        {
            case NeighborStep or IncidentEdgesStep or EdgeEndsStep:
                return new(input.View, step.Output, Walk(step, input, context));
            case HierarchyStep hierarchy:
                return new(input.View, GremlinKind.Nodes, Reach(hierarchy, input, context));
            case RepeatStep repeat:
                var found = repeat.Follow(input, context, given => Run(repeat.Body!.Steps, (TraverserTraversal)given, context));
                return new(input.View, repeat.Kind, found.Cast<Traverser>());
            case AsStep keep:
                var traversers = input.Items.ToList();
                keep.Keep(traversers.Select(static traverser => (Node)traverser.Element), context);
                return new(input.View, input.Kind, traversers);
            case SimplePathStep:
                return (TraverserTraversal)input.Where(static element => ((Traverser)element).IsSimple, context.Budget);
            default:
                // What chooses among elements or puts them in order does so here as well.
                return (TraverserTraversal)step.ExecuteNow(input, context);
        }
    }

    private static IEnumerable<Traverser> Walk(PlanStep step, TraverserTraversal input, QueryContext context)
    {
        foreach (var traverser in input.Items)
        {
            foreach (var reached in ((ElementTraversal)step.ExecuteNow(input.Single(traverser), context)).Elements)
            {
                context.Budget.Visit();
                yield return new((GraphElement)reached, traverser);
            }
        }
    }

    /// <summary>As <see cref="HierarchyStep"/> does, with the nodes in between.</summary>
    private static IEnumerable<Traverser> Reach(HierarchyStep step, TraverserTraversal input, QueryContext context)
    {
        var seen = new HashSet<(string Id, long Revision)>();
        var frontier = new List<Traverser>();
        foreach (var traverser in input.Items)
        {
            context.Budget.Visit();
            if (seen.Add((traverser.Element.Id, traverser.Element.Revision)))
            {
                context.Budget.Collect();
                frontier.Add(traverser);
                yield return traverser;
            }
        }

        for (int depth = 0; depth < step.Depth && frontier.Count > 0; depth++)
        {
            var next = new List<Traverser>();
            foreach (var traverser in frontier)
            {
                foreach (var reached in step.Step(input.View, (Node)traverser.Element, context.Budget))
                {
                    if (seen.Add((reached.Id, reached.Revision)))
                    {
                        context.Budget.Collect();
                        var added = new Traverser(reached, traverser);
                        next.Add(added);
                        yield return added;
                    }
                }
            }

            frontier = next;
        }
    }
}
