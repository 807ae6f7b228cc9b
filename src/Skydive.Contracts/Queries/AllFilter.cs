using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Queries;

/// <summary>Every condition must be met; none at all is met always.</summary>
/// <param name="Filters">The conditions.</param>
public sealed record AllFilter(IReadOnlyList<Filter> Filters) : Filter
{
    /// <inheritdoc/>
    public override bool Matches(IFieldSource element)
    {
        for (int i = 0; i < Filters.Count; i++)
        {
            if (!Filters[i].Matches(element))
            {
                return false;
            }
        }

        return true;
    }
}
