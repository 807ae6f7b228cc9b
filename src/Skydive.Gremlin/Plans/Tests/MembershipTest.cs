using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Tests;

/// <summary>The node is among those that As has kept under some names.</summary>
/// <param name="Names">The names.</param>
internal sealed record MembershipTest(IReadOnlyList<string> Names) : ElementTest
{
    /// <inheritdoc/>
    public override Filter? AsFilter => null;

    /// <inheritdoc/>
    public override bool ReadsGraph => false;

    /// <inheritdoc/>
    public override bool Matches(ElementTraversal owner, IFieldSource element, QueryContext context)
    {
        string id = element is Traverser traverser ? traverser.Element.Id : ((Node)element).Id;
        foreach (string name in Names)
        {
            if (context.IsKept(name, id))
            {
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public override ElementTest Optimized() => this;

    /// <inheritdoc/>
    protected override string Describe() => $"within {string.Join(", ", Names)}";
}
