using System.Text.Json;
using System.Text.Json.Serialization;
using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Queries;

/// <summary>
/// Reads and writes filters, as analyzers send them to agents. Members are checked while reading, so that a filter that was read can be used.
/// </summary>
public sealed class FilterJsonConverter : JsonConverter<Filter>
{
    private const string Kind = "$type";

    // A condition costs hundreds of bytes and, as a regular expression, far more to build: a body of megabytes must not buy thousands of them.
    private const int MaximumConditions = 10_000;

    /// <inheritdoc/>
    public override Filter Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        int left = MaximumConditions;
        return Read(ref reader, ref left);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Filter value, JsonSerializerOptions options) => Write(writer, value);

    private static void Write(Utf8JsonWriter writer, Filter filter)
    {
        writer.WriteStartObject();
        switch (filter)
        {
            case AllFilter all:
                writer.WriteString(Kind, "all");
                WriteList(writer, all.Filters);
                break;
            case AnyFilter any:
                writer.WriteString(Kind, "any");
                WriteList(writer, any.Filters);
                break;
            case NotFilter not:
                writer.WriteString(Kind, "not");
                writer.WritePropertyName("Filter"u8);
                Write(writer, not.Filter);
                break;
            case ExistsFilter exists:
                writer.WriteString(Kind, "exists");
                writer.WriteString("Key"u8, exists.Key);
                break;
            case EqualFilter equal:
                writer.WriteString(Kind, "eq");
                writer.WriteString("Key"u8, equal.Key);
                writer.WritePropertyName("Value"u8);
                MetadataJson.Write(writer, equal.Value);
                break;
            case WithinFilter within:
                writer.WriteString(Kind, "within");
                writer.WriteString("Key"u8, within.Key);
                writer.WriteStartArray("Values"u8);
                foreach (var value in within.Values)
                {
                    MetadataJson.Write(writer, value);
                }

                writer.WriteEndArray();
                break;
            case CompareFilter compare:
                writer.WriteString(Kind, "cmp");
                writer.WriteString("Key"u8, compare.Key);
                writer.WriteString("Comparison"u8, compare.Comparison.ToString());
                writer.WritePropertyName("Value"u8);
                MetadataJson.Write(writer, compare.Value);
                break;
            case RegexFilter regex:
                writer.WriteString(Kind, "regex");
                writer.WriteString("Key"u8, regex.Key);
                writer.WriteString("Pattern"u8, regex.Pattern);
                break;
            case TextFilter text:
                writer.WriteString(Kind, "text");
                writer.WriteString("Key"u8, text.Key);
                writer.WriteString("Match"u8, text.Match.ToString());
                writer.WriteString("Text"u8, text.Text);
                break;
            case AddressRangeFilter range:
                writer.WriteString(Kind, "cidr");
                writer.WriteString("Key"u8, range.Key);
                writer.WriteString("Range"u8, range.Range);
                break;
            default:
                throw new NotSupportedException($"{filter.GetType()} has no JSON form");
        }

        writer.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter writer, IReadOnlyList<Filter> filters)
    {
        writer.WriteStartArray("Filters"u8);
        foreach (var filter in filters)
        {
            Write(writer, filter);
        }

        writer.WriteEndArray();
    }

    private static Filter Read(ref Utf8JsonReader reader, ref int left)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("a filter must be a JSON object");
        }

        if (--left < 0)
        {
            throw new JsonException($"a filter has more than {MaximumConditions} conditions");
        }

        var members = default(FilterMembers);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = StringCache.Keys.Read(ref reader);
            reader.Read();
            switch (name)
            {
                case Kind:
                    members.Type = Text(ref reader, name);
                    break;
                case "Key":
                    members.Key = Text(ref reader, name);
                    break;
                case "Pattern":
                    members.Pattern = Text(ref reader, name);
                    break;
                case "Range":
                    members.Range = Text(ref reader, name);
                    break;
                case "Match":
                    members.Match = Text(ref reader, name);
                    break;
                case "Text":
                    members.Text = Text(ref reader, name);
                    break;
                case "Comparison":
                    members.Comparison = Text(ref reader, name);
                    break;
                case "Value":
                    members.Value = MetadataJson.Read(ref reader);
                    break;
                case "Values":
                    members.Values = MetadataJson.Read(ref reader);
                    break;
                case "Filter":
                    members.Filter = Read(ref reader, ref left);
                    break;
                case "Filters":
                    members.Filters = ReadList(ref reader, ref left);
                    break;
                default:
                    throw new JsonException($"a filter has no member {name}");
            }
        }

        try
        {
            return Make(members);
        }
        catch (ArgumentException e)
        {
            throw new JsonException(e.Message, e);
        }
    }

    private static List<Filter> ReadList(ref Utf8JsonReader reader, ref int left)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("Filters of a filter must be a list");
        }

        var filters = new List<Filter>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            filters.Add(Read(ref reader, ref left));
        }

        return filters;
    }

    private static Filter Make(in FilterMembers members) => members.Type switch
    {
        "all" => new AllFilter(members.Filters ?? throw Missing(members.Type, "Filters")),
        "any" => new AnyFilter(members.Filters ?? throw Missing(members.Type, "Filters")),
        "not" => new NotFilter(members.Filter ?? throw Missing(members.Type, "Filter")),
        "exists" => new ExistsFilter(KeyOf(members)),
        "eq" => new EqualFilter(KeyOf(members), members.Value ?? throw Missing(members.Type, "Value")),
        "within" => new WithinFilter(
            KeyOf(members), members.Values is { Kind: MetadataKind.List } values ? values.Elements.ToArray() : throw Missing(members.Type, "Values")),
        "cmp" => new CompareFilter(KeyOf(members), ComparisonOf(members), members.Value ?? throw Missing(members.Type, "Value")),
        "regex" => new RegexFilter(KeyOf(members), members.Pattern ?? throw Missing(members.Type, "Pattern")),
        "text" => new TextFilter(KeyOf(members), MatchOf(members), members.Text ?? throw Missing(members.Type, "Text")),
        "cidr" => new AddressRangeFilter(KeyOf(members), members.Range ?? throw Missing(members.Type, "Range")),
        _ => throw new JsonException($"a filter of type '{members.Type}' is not known"),
    };

    private static string KeyOf(in FilterMembers members) => members.Key ?? throw Missing(members.Type, "Key");

    private static Comparison ComparisonOf(in FilterMembers members) => members.Comparison switch
    {
        nameof(Comparison.LessThan) => Comparison.LessThan,
        nameof(Comparison.LessThanOrEqual) => Comparison.LessThanOrEqual,
        nameof(Comparison.GreaterThan) => Comparison.GreaterThan,
        nameof(Comparison.GreaterThanOrEqual) => Comparison.GreaterThanOrEqual,
        _ => throw new JsonException($"'{members.Comparison}' is no comparison"),
    };

    private static TextMatch MatchOf(in FilterMembers members) => members.Match switch
    {
        nameof(TextMatch.Start) => TextMatch.Start,
        nameof(TextMatch.End) => TextMatch.End,
        nameof(TextMatch.Anywhere) => TextMatch.Anywhere,
        _ => throw new JsonException($"'{members.Match}' is no place in a text"),
    };

    private static string Text(ref Utf8JsonReader reader, string name) => reader.TokenType == JsonTokenType.String
        ? StringCache.ReadText(ref reader)
        : throw new JsonException($"{name} of a filter must be text");

    private static JsonException Missing(string? type, string member) => new($"a filter of type '{type}' needs {member}");

    /// <summary>What a JSON filter may hold, before it is known to be valid.</summary>
    private struct FilterMembers
    {
        public string? Type;
        public string? Key;
        public string? Pattern;
        public string? Range;
        public string? Comparison;
        public string? Match;
        public string? Text;
        public MetadataValue? Value;
        public MetadataValue? Values;
        public Filter? Filter;
        public IReadOnlyList<Filter>? Filters;
    }
}
