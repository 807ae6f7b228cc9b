using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Tests;

/// <summary>A test of one element that may take a look at the graph around it. Immutable.</summary>
internal abstract record ElementTest
{
    /// <summary>The same as a condition on the element's fields; null when it takes more.</summary>
    public abstract Filter? AsFilter { get; }

    /// <summary>Whether it looks at the graph beyond the element.</summary>
    public abstract bool ReadsGraph { get; }

    /// <summary>Whether an element passes.</summary>
    /// <param name="owner">The sequence to which the element belongs.</param>
    /// <param name="element">The element.</param>
    /// <param name="context">What the steps of the run share.</param>
    public abstract bool Matches(ElementTraversal owner, IFieldSource element, QueryContext context);

    /// <summary>The same, cheaper.</summary>
    public abstract ElementTest Optimized();

    /// <summary>The test for people who look at a plan.</summary>
    public sealed override string ToString() => Describe();

    /// <summary>The test for people who look at a plan.</summary>
    protected abstract string Describe();
}
