using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using Skydive.Contracts.Captures;
using Skydive.Contracts.Errors;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Injections;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;

namespace Skydive.Analyzer.Api.Routing;

/// <summary>A JSON Schema (2020-12) of a body: by name when it is described once for all, else in full.</summary>
internal sealed class ApiSchema
{
    private const string ComponentPrefix = "#/components/schemas/";

    // What refers to itself is described so deep.
    private const int MaximumNesting = 4;

    private readonly Func<JsonNode> _make;

    private ApiSchema(Func<JsonNode> make) => _make = make;

    /// <summary>Any JSON at all.</summary>
    public static ApiSchema Any { get; } = new(static () => new JsonObject());

    /// <summary>A text that is no JSON.</summary>
    public static ApiSchema Text { get; } = new(static () => new JsonObject { ["type"] = "string" });

    /// <summary>The schemas that are referred to by name.</summary>
    public static IReadOnlyDictionary<Type, string> Names { get; } = new Dictionary<Type, string>
    {
        [typeof(Node)] = "Node",
        [typeof(Edge)] = "Edge",
        [typeof(SubGraph)] = "Graph",
        [typeof(Capture)] = "Capture",
        [typeof(Injection)] = "Injection",
        [typeof(Flow)] = "Flow",
        [typeof(ApiError)] = "Error",
    };

    /// <summary>The body of a type, as its JSON is read and written.</summary>
    public static ApiSchema Of(JsonTypeInfo type) => new(() => Export(type, isNamed: true));

    /// <summary>Objects of a type by identifier.</summary>
    public static ApiSchema MapOf(JsonTypeInfo type) =>
        new(() => new JsonObject { ["type"] = "object", ["additionalProperties"] = Export(type, isNamed: true) });

    /// <summary>A list of objects of a type.</summary>
    public static ApiSchema ListOf(JsonTypeInfo type) => new(() => new JsonObject { ["type"] = "array", ["items"] = Export(type, isNamed: true) });

    /// <summary>A schema that is written out.</summary>
    public static ApiSchema Literal(string json) => new(() => JsonNode.Parse(json)!);

    /// <summary>The schema of a type that others refer to.</summary>
    public static JsonNode Describe(JsonTypeInfo type) => Export(type, isNamed: false);

    /// <summary>The schema as JSON, for one place in a document.</summary>
    public JsonNode ToJson() => _make();

    private static JsonNode Export(JsonTypeInfo type, bool isNamed)
    {
        if (isNamed && Names.TryGetValue(type.Type, out string? name))
        {
            return Reference(name);
        }

        var options = new JsonSchemaExporterOptions
        {
            TreatNullObliviousAsNonNullable = true,
            TransformSchemaNode = (context, schema) => context.Path.Length > 0 && Names.TryGetValue(context.TypeInfo.Type, out string? other) ? Reference(other)
                : Written(context.TypeInfo.Type) ?? RequireOnly(schema, context.TypeInfo),
        };
        var schema = type.GetJsonSchemaAsNode(options);
        Inline(schema, schema, 0);
        return schema;
    }

    // The exporter describes a type once and refers to that place from others, which is another place in a document.
    private static void Inline(JsonNode root, JsonNode? node, int depth)
    {
        switch (node)
        {
            case JsonArray list:
                foreach (var item in list)
                {
                    Inline(root, item, depth);
                }

                break;
            case JsonObject map when (string?)map["$ref"] is { } reference && !reference.StartsWith(ComponentPrefix, StringComparison.Ordinal):
                map.Remove("$ref");
                if (depth < MaximumNesting)
                {
                    var target = reference.Split('/').Skip(1).Aggregate(root, static (current, part) => current is JsonArray parts ? parts[int.Parse(part, CultureInfo.InvariantCulture)]! : current[part]!).DeepClone();
                    Inline(root, target, depth + 1);
                    if (target is JsonObject rules)
                    {
                        foreach (var (name, value) in rules.ToArray())
                        {
                            rules.Remove(name);
                            map[name] = value;
                        }
                    }
                }

                break;
            case JsonObject map:
                foreach (var (_, value) in map.ToArray())
                {
                    Inline(root, value, depth);
                }

                break;
            default:
                break;
        }
    }

    // Members that are set when an object is made, as all of them are, count for required with the exporter.
    private static JsonNode RequireOnly(JsonNode schema, JsonTypeInfo type)
    {
        if (schema is JsonObject rules && rules["required"] is JsonArray names)
        {
            string[] needed = [.. names.Select(static name => (string)name!).Where(name => type.Properties.Any(property => property.Name == name && property.IsRequired))];
            if (needed.Length == 0)
            {
                rules.Remove("required");
            }
            else
            {
                rules["required"] = new JsonArray([.. needed.Select(static name => (JsonNode)name)]);
            }
        }

        return schema;
    }

    private static JsonObject Reference(string name) => new() { ["$ref"] = ComponentPrefix + name };

    // Types whose JSON is read and written by hand.
    private static JsonNode? Written(Type type) =>
        type == typeof(Node) ? Element([])
        : type == typeof(Edge) ? Element(["Parent", "Child"])
        : type == typeof(MetadataMap) ? new JsonObject { ["type"] = "object" }
        : type == typeof(MetadataValue) ? new JsonObject()
        : type == typeof(LayerKeyMode) ? new JsonObject { ["type"] = "string", ["enum"] = new JsonArray("L2", "L3") }
        : null;

    private static JsonObject Element(IReadOnlyList<string> ends)
    {
        var text = static () => (JsonNode)new JsonObject { ["type"] = "string" };
        var time = static (string meaning) => (JsonNode)new JsonObject { ["type"] = "integer", ["description"] = meaning + ", in milliseconds since 1970-01-01 UTC" };
        var properties = new JsonObject
        {
            ["ID"] = text(),
            ["Metadata"] = new JsonObject { ["type"] = "object", ["description"] = "What is known of it, nested." },
            ["Host"] = text(),
            ["Origin"] = text(),
            ["CreatedAt"] = time("When it appeared"),
            ["UpdatedAt"] = time("When this revision was made"),
            ["DeletedAt"] = new JsonObject { ["type"] = new JsonArray("integer", "null") },
            ["Revision"] = new JsonObject { ["type"] = "integer" },
        };
        foreach (string end in ends)
        {
            properties[end] = text();
        }

        var required = new JsonArray("ID", "Metadata");
        foreach (string end in ends)
        {
            required.Add(end);
        }

        return new() { ["type"] = "object", ["properties"] = properties, ["required"] = required };
    }
}
