using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;

namespace Skydive.Gremlin.Language;

/// <summary>The predicates of the language (reference 5.5). Their names do not depend on case.</summary>
internal static class PredicateCatalog
{
    private const int MaximumPattern = 1000;

    private static readonly Parameter s_text = new("text", ParameterType.Text);
    private static readonly Parameter s_number = new("number", ParameterType.Number);
    private static readonly Parameter s_from = new("from", ParameterType.Number);
    private static readonly Parameter s_to = new("to", ParameterType.Number);

    /// <summary>All predicates.</summary>
    public static readonly IReadOnlyList<PredicateDefinition> All =
    [
        new()
        {
            Name = "Eq",
            Summary = "The field has the value, or is a list with it; the same as the value alone.",
            Signature = Signature.Of(Parameter.Literal),
            Make = static call => Filter.Equal(call.Key, call.Value(0)),
        },
        new()
        {
            Name = "Ne",
            Aliases = ["Neq"],
            Summary = "The field exists and its value differs.",
            Signature = Signature.Of(Parameter.Literal),
            Make = static call => Filter.NotEqual(call.Key, call.Value(0)),
        },
        new()
        {
            Name = "Nee",
            Summary = "The field does not exist, or its value differs.",
            Signature = Signature.Of(Parameter.Literal),
            Make = static call => new NotFilter(Filter.Equal(call.Key, call.Value(0))),
        },
        Compare("Lt", "The field is a number less than this one.", Comparison.LessThan),
        Compare("Lte", "The field is a number less than or equal to this one.", Comparison.LessThanOrEqual),
        Compare("Gt", "The field is a number greater than this one.", Comparison.GreaterThan),
        Compare("Gte", "The field is a number greater than or equal to this one.", Comparison.GreaterThanOrEqual),
        Range(
            "Inside",
            "The field is a number between these two, neither included.",
            static (key, from, to) => new AllFilter([new CompareFilter(key, Comparison.GreaterThan, from), new CompareFilter(key, Comparison.LessThan, to)])),
        Range(
            "Between",
            "The field is a number between these two, the first included.",
            static (key, from, to) => new AllFilter([new CompareFilter(key, Comparison.GreaterThanOrEqual, from), new CompareFilter(key, Comparison.LessThan, to)])),
        Range(
            "Outside",
            "The field is a number less than the first or greater than the second.",
            static (key, from, to) => new AnyFilter([new CompareFilter(key, Comparison.LessThan, from), new CompareFilter(key, Comparison.GreaterThan, to)])),
        new()
        {
            Name = "Within",
            Summary = "The field has one of the values.",
            Signature = Signature.Repeat(1, Parameter.Literal),
            Make = static call => new WithinFilter(call.Key, call.Values()),
            IsMembership = true,
        },
        new()
        {
            Name = "Without",
            Summary = "The field has none of the values, or does not exist.",
            Signature = Signature.Repeat(1, Parameter.Literal),
            Make = static call => new NotFilter(new WithinFilter(call.Key, call.Values())),
            IsMembership = true,
        },
        new()
        {
            Name = "Regex",
            Summary = "The regular expression, in the syntax of RE2, matches the whole field.",
            Signature = Signature.Of(s_text),
            Make = static call => MakeRegex(call.Key, call.Text(0)),
        },
        new()
        {
            Name = "IPV4Range",
            Aliases = ["IPV6Range"],
            Summary = "The field is an address inside the network, such as 10.0.0.0/8 or fe80::/10.",
            Signature = Signature.Of(new Parameter("network", ParameterType.Text)),
            Make = static call => new AddressRangeFilter(call.Key, call.Text(0)),
        },
        Text("StartingWith", "The field is a text that begins with this one.", TextMatch.Start, isNegated: false),
        Text("EndingWith", "The field is a text that ends with this one.", TextMatch.End, isNegated: false),
        Text("Containing", "The field is a text that has this one in it.", TextMatch.Anywhere, isNegated: false),
        Text("NotStartingWith", "The field exists and is no text that begins with this one.", TextMatch.Start, isNegated: true),
        Text("NotEndingWith", "The field exists and is no text that ends with this one.", TextMatch.End, isNegated: true),
        Text("NotContaining", "The field exists and is no text that has this one in it.", TextMatch.Anywhere, isNegated: true),
        new()
        {
            Name = "And",
            Summary = "The field meets all of the conditions.",
            Signature = Signature.Repeat(1, Parameter.Value),
            Make = static call => new AllFilter(call.Conditions()),
        },
        new()
        {
            Name = "Or",
            Summary = "The field meets one of the conditions at least.",
            Signature = Signature.Repeat(1, Parameter.Value),
            Make = static call => new AnyFilter(call.Conditions()),
        },
        new()
        {
            Name = "Not",
            Summary = "The field exists and does not meet the condition.",
            Signature = Signature.Of(Parameter.Value),
            Make = static call => new AllFilter([new ExistsFilter(call.Key), new NotFilter(call.Conditions()[0])]),
        },
        new()
        {
            Name = "Metadata",
            Summary = "Keys with their values, as an argument of steps that look for elements.",
            Signature = Signature.SomePairs,
        },
    ];

    private static readonly Dictionary<string, PredicateDefinition> s_byName = All
        .SelectMany(static definition => definition.Aliases.Prepend(definition.Name), static (definition, name) => (name, definition))
        .ToDictionary(static pair => pair.name, static pair => pair.definition, StringComparer.OrdinalIgnoreCase);

    /// <summary>The names of all predicates, aliases left out.</summary>
    public static IEnumerable<string> Names => All.Select(static definition => definition.Name);

    /// <summary>Finds a predicate by its name or alias.</summary>
    public static PredicateDefinition? Find(string name) => s_byName.GetValueOrDefault(name);

    private static PredicateDefinition Compare(string name, string summary, Comparison comparison) => new()
    {
        Name = name,
        Summary = summary,
        Signature = Signature.Of(s_number),
        Make = call => new CompareFilter(call.Key, comparison, call.Value(0)),
    };

    private static PredicateDefinition Range(string name, string summary, Func<string, MetadataValue, MetadataValue, Filter> make) => new()
    {
        Name = name,
        Summary = summary,
        Signature = Signature.Of(s_from, s_to),
        Make = call => make(call.Key, call.Value(0), call.Value(1)),
    };

    private static PredicateDefinition Text(string name, string summary, TextMatch match, bool isNegated) => new()
    {
        Name = name,
        Summary = summary,
        Signature = Signature.Of(s_text),
        Make = call =>
        {
            var filter = new TextFilter(call.Key, match, call.Text(0));
            return isNegated ? new AllFilter([new ExistsFilter(call.Key), new NotFilter(filter)]) : filter;
        },
    };

    private static RegexFilter MakeRegex(string key, string pattern)
    {
        if (pattern.Length > MaximumPattern)
        {
            throw new ArgumentException($"a regular expression of {pattern.Length} characters is longer than {MaximumPattern}");
        }

        bool inClass = false;
        for (int i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '\\':
                    i++;
                    break;
                case '[':
                    inClass = true;
                    break;
                case ']':
                    inClass = false;
                    break;
                case '^' or '$' when !inClass:
                    throw new ArgumentException("a regular expression matches the whole text by itself: leave out ^ and $");
            }
        }

        return new(key, pattern);
    }
}
