using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Tests;

/// <summary>All of some tests are passed, or one at least.</summary>
/// <param name="Tests">The tests.</param>
/// <param name="NeedsAll">Whether all must be passed.</param>
internal sealed record CombinedTest(IReadOnlyList<ElementTest> Tests, bool NeedsAll) : ElementTest
{
    /// <inheritdoc/>
    public override Filter? AsFilter
    {
        get
        {
            Filter?[] filters = [.. Tests.Select(static test => test.AsFilter)];
            return filters.Contains(null) ? null : NeedsAll ? new AllFilter(filters!) : new AnyFilter(filters!);
        }
    }

    /// <inheritdoc/>
    public override bool ReadsGraph => Tests.Any(static test => test.ReadsGraph);

    /// <inheritdoc/>
    public override bool Matches(ElementTraversal owner, IFieldSource element, QueryContext context)
    {
        foreach (var test in Tests)
        {
            if (test.Matches(owner, element, context) != NeedsAll)
            {
                return !NeedsAll;
            }
        }

        return NeedsAll;
    }

    /// <inheritdoc/>
    public override ElementTest Optimized() => this with { Tests = [.. Tests.Select(static test => test.Optimized())] };

    /// <inheritdoc/>
    protected override string Describe() => $"({string.Join(NeedsAll ? " and " : " or ", Tests)})";
}
