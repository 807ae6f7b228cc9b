using System.Text.Json;
using System.Text.Json.Nodes;

namespace Skydive.Analyzer.Tests.Support;

/// <summary>Checks JSON against the parts of JSON Schema that the service's description uses.</summary>
internal static class SchemaCheck
{
    /// <summary>What is wrong with a value, with where it is.</summary>
    public static IEnumerable<string> Of(JsonNode document, JsonNode schema, JsonElement value, string at = "$")
    {
        if (schema is not JsonObject rules)
        {
            return schema.GetValueKind() == JsonValueKind.False ? [$"{at}: nothing is allowed here"] : [];
        }

        if ((string?)rules["$ref"] is { } reference)
        {
            return Of(document, reference.Split('/').Skip(1).Aggregate(document, static (node, part) => node[part]!), value, at);
        }

        if (rules["type"] is { } type && !Types(type).Any(name => IsOf(name, value)))
        {
            return [$"{at} is {value.ValueKind}, not {type.ToJsonString()}"];
        }

        if (rules["enum"] is JsonArray choices && !choices.Any(choice => JsonNode.DeepEquals(choice, JsonNode.Parse(value.GetRawText()))))
        {
            return [$"{at} is none of {choices.ToJsonString()}"];
        }

        return value.ValueKind switch
        {
            JsonValueKind.Object => Members(document, rules, value, at),
            JsonValueKind.Array when rules["items"] is { } items => value.EnumerateArray().SelectMany((item, index) => Of(document, items, item, $"{at}[{index}]")),
            _ => [],
        };
    }

    private static IEnumerable<string> Members(JsonNode document, JsonObject rules, JsonElement value, string at)
    {
        foreach (string? name in rules["required"]?.AsArray().Select(static required => (string?)required) ?? [])
        {
            if (!value.TryGetProperty(name!, out _))
            {
                yield return $"{at} lacks {name}";
            }
        }

        foreach (var member in value.EnumerateObject())
        {
            if ((rules["properties"]?[member.Name] ?? rules["additionalProperties"]) is { } schema)
            {
                foreach (string problem in Of(document, schema, member.Value, $"{at}.{member.Name}"))
                {
                    yield return problem;
                }
            }
        }
    }

    private static IEnumerable<string> Types(JsonNode type) => type is JsonArray names ? names.Select(static name => (string)name!) : [(string)type!];

    private static bool IsOf(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        _ => value.ValueKind == JsonValueKind.Number,
    };
}
