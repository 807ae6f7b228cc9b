using Skydive.Contracts.Queries;
using Skydive.Gremlin.Plans.Steps;

namespace Skydive.Gremlin.Plans;

/// <summary>
/// Makes a plan cheaper without changing what it yields: conditions move to where elements come from, so that an index is used, and what can
/// be said to a flow source is said to it. Each rule joins two steps that follow each other, and only where the result is the same as that of
/// the written order. Skydive joins more (<c>V().Limit(1).Has(k, v)</c>, <c>Flows().Limit(5).Sort()</c>) and so answers another question than
/// the one that was asked.
/// </summary>
internal static class Optimizer
{
    private static readonly string s_flowIdentity = nameof(Contracts.Flows.Flow.TrackingID);

    /// <summary>Makes a plan cheaper.</summary>
    /// <param name="steps">The plan as it was written.</param>
    public static IReadOnlyList<PlanStep> Optimize(IReadOnlyList<PlanStep> steps)
    {
        var result = OptimizeNested(steps);

        // What goes from the graph of a time in the past to some of its nodes, and looks at nothing but them, needs them alone.
        int when = result.FindLastIndex(static step => step is ContextStep);
        if (when >= 0 && when + 1 < result.Count && result[when + 1] is VerticesStep start
            && !result.Skip(when + 2).Any(static step => step.ReadsGraph || step.Output == GremlinKind.Graph))
        {
            result[when] = ((ContextStep)result[when]) with { Start = start };
            return result;
        }

        // What is asked of flows alone does not need the graph of a time in the past.
        if (result[^1].Output != GremlinKind.Graph && !result.Exists(static step => step.ReadsGraph))
        {
            for (int i = 0; i < result.Count; i++)
            {
                result[i] = result[i] is ContextStep context ? context with { NeedsGraph = false } : result[i];
            }
        }

        return result;
    }

    /// <summary>Makes steps cheaper that stand inside of another.</summary>
    /// <param name="steps">The steps as they were written.</param>
    public static List<PlanStep> OptimizeNested(IReadOnlyList<PlanStep> steps)
    {
        var result = new List<PlanStep>(steps.Count);
        foreach (var step in steps)
        {
            if (step is TrackedStep tracked)
            {
                // As long as the walk has not begun there are no ways to know.
                int chosen = tracked.Steps.TakeWhile(static inner => inner is FilterStep or TestStep or DedupStep or SortStep or OrderStep or SliceStep or TailStep).Count();
                chosen = Math.Min(chosen, tracked.Path is null ? tracked.Steps.Count - 1 : tracked.Steps.Count);
                foreach (var inner in tracked.Steps.Take(chosen))
                {
                    Add(result, inner);
                }

                Add(result, tracked with { Steps = [.. tracked.Steps.Skip(chosen)] });
            }
            else
            {
                Add(result, step);
            }
        }

        return result;
    }

    private static void Add(List<PlanStep> result, PlanStep step)
    {
        step = step.Optimized();
        if (result.Count > 0 && Join(result[^1], step) is { } joined)
        {
            result[^1] = joined;
        }
        else
        {
            result.Add(step);
        }
    }

    private static PlanStep? Join(PlanStep first, PlanStep second) => (first, second) switch
    {
        (VerticesStep vertices, FilterStep filter) => vertices with { Filter = And(vertices.Filter, filter.Filter) },
        (EdgesStep edges, FilterStep filter) => edges with { Filter = And(edges.Filter, filter.Filter) },
        (NeighborStep walk, FilterStep filter) => walk with { Filter = And(walk.Filter, filter.Filter) },
        (IncidentEdgesStep walk, FilterStep filter) => walk with { Filter = And(walk.Filter, filter.Filter) },
        (EdgeEndsStep walk, FilterStep filter) => walk with { Filter = And(walk.Filter, filter.Filter) },
        (FlowNodesStep walk, FilterStep filter) => walk with { Filter = And(walk.Filter, filter.Filter) },
        (FilterStep left, FilterStep right) => left with { Filter = And(left.Filter, right.Filter) },
        (SliceStep left, SliceStep right) => left with { Skip = Add(left.Skip, right.Skip), Take = Math.Clamp(left.Take - right.Skip, 0, right.Take) },
        (FlowsStep flows, _) => Join(flows.Search, second) is { } search ? new FlowsStep(search) : FlowTotalStep.Join(flows, second),
        _ => null,
    };

    /// <summary>A search filters first, then de-duplicates, sorts and cuts; a step that comes too late for its place stays a step.</summary>
    private static FlowSearch? Join(FlowSearch search, PlanStep step)
    {
        bool isCut = search.Skip > 0 || search.Limit is not null;
        return step switch
        {
            FilterStep filter when search.DeduplicateBy is null && !isCut => search with { Filter = And(search.Filter, filter.Filter) },
            DedupStep { Keys.Count: <= 1 } dedup when search.DeduplicateBy is null && search.SortBy is null && !isCut =>
                search with { DeduplicateBy = dedup.Keys is [var key] ? key.Text : s_flowIdentity },
            SortStep sort when search.SortBy is null && !isCut => search with { SortBy = sort.Key.Text, Descending = sort.Descending },
            SliceStep slice => search with
            {
                Skip = Add(search.Skip, slice.Skip),
                Limit = search.Limit is { } limit ? Math.Clamp(limit - slice.Skip, 0, slice.Take) : slice.Take,
            },
            _ => null,
        };
    }

    private static int Add(int left, int right) => (int)Math.Min(int.MaxValue, (long)left + right);

    private static Filter And(Filter? left, Filter right)
    {
        if (left is null)
        {
            return right;
        }

        List<Filter> all = [];
        AddParts(left);
        AddParts(right);
        return new AllFilter(all);

        void AddParts(Filter filter)
        {
            if (filter is AllFilter parts)
            {
                all.AddRange(parts.Filters);
            }
            else
            {
                all.Add(filter);
            }
        }
    }
}
