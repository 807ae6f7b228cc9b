using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Queries;

/// <summary>The condition must not be met.</summary>
/// <param name="Filter">The condition.</param>
public sealed record NotFilter(Filter Filter) : Filter
{
    /// <inheritdoc/>
    public override bool Matches(IFieldSource element) => !Filter.Matches(element);
}
