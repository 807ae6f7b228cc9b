using Skydive.Gremlin.Plans;

namespace Skydive.Gremlin.Completion;

/// <summary>What is known of the finished steps of a query that is being written.</summary>
/// <param name="Kind">What they yield; null when that cannot be told.</param>
/// <param name="Last">The last of them; null when that cannot be told.</param>
/// <param name="Names">The names that As has given.</param>
internal sealed record BoundPrefix(GremlinKind? Kind, PlanStep? Last, IReadOnlyCollection<string> Names);
