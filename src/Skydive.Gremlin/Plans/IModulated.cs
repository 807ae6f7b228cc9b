namespace Skydive.Gremlin.Plans;

/// <summary>A step that By may follow.</summary>
internal interface IModulated
{
    /// <summary>What its elements are.</summary>
    GremlinKind ElementKind { get; }

    /// <summary>The step with one more By.</summary>
    /// <param name="by">What it says.</param>
    /// <returns>Null when there are as many already as there may be.</returns>
    PlanStep? With(ByModulator by);
}
