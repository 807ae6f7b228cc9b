using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Queries;

/// <summary>At least one condition must be met; none at all is never met.</summary>
/// <param name="Filters">The conditions.</param>
public sealed record AnyFilter(IReadOnlyList<Filter> Filters) : Filter
{
    /// <inheritdoc/>
    public override bool Matches(IFieldSource element)
    {
        for (int i = 0; i < Filters.Count; i++)
        {
            if (Filters[i].Matches(element))
            {
                return true;
            }
        }

        return false;
    }
}
