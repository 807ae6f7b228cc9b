using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;

namespace Skydive.Gremlin.Plans;

/// <summary>Conditions as text, for people who look at a plan.</summary>
internal static class FilterText
{
    /// <summary>The condition in words; empty when there is none.</summary>
    public static string Describe(Filter? filter) => filter switch
    {
        null => string.Empty,
        AllFilter all => Join(all.Filters, " and "),
        AnyFilter any => $"({Join(any.Filters, " or ")})",
        NotFilter not => $"not ({Describe(not.Filter)})",
        ExistsFilter exists => $"{exists.Key} exists",
        EqualFilter equal => $"{equal.Key} = {Describe(equal.Value)}",
        WithinFilter within => $"{within.Key} in [{string.Join(", ", within.Values.Select(static value => Describe(value)))}]",
        CompareFilter compare => $"{compare.Key} {Describe(compare.Comparison)} {Describe(compare.Value)}",
        TextFilter { Match: TextMatch.Start } text => $"{text.Key} starts with {Describe(text.Text)}",
        TextFilter { Match: TextMatch.End } text => $"{text.Key} ends with {Describe(text.Text)}",
        TextFilter text => $"{text.Key} contains {Describe(text.Text)}",
        RegexFilter regex => $"{regex.Key} ~ {Describe(regex.Pattern)}",
        AddressRangeFilter range => $"{range.Key} in {range.Range}",
        _ => filter.GetType().Name,
    };

    private static string Join(IReadOnlyList<Filter> filters, string word) => string.Join(word, filters.Select(Describe));

    private static string Describe(MetadataValue value) => MetadataJson.ToJson(value);

    private static string Describe(Comparison comparison) => comparison switch
    {
        Comparison.LessThan => "<",
        Comparison.LessThanOrEqual => "<=",
        Comparison.GreaterThan => ">",
        _ => ">=",
    };
}
