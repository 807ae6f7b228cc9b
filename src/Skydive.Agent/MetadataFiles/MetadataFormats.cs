using System.Text.Json;
using Skydive.Contracts.Metadata;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Skydive.Agent.MetadataFiles;

/// <summary>Reads the formats of configuration files as metadata.</summary>
public static class MetadataFormats
{
    /// <summary>How deep what is read may be nested: less than metadata as a whole, since it becomes a part of it.</summary>
    public const int MaximumDepth = 32;

    /// <summary>The names of the formats.</summary>
    public static IReadOnlyList<string> Types { get; } = ["json", "toml", "ini", "yaml", "yml", "properties", "props", "prop"];

    /// <summary>Reads a text.</summary>
    /// <param name="type">The format, one of <see cref="Types"/>.</param>
    /// <param name="text">The text.</param>
    /// <returns>What it says; null for an empty text where the format allows that.</returns>
    /// <exception cref="FormatException">The text is not of this format, or nested too deeply; the message says where.</exception>
    /// <exception cref="ArgumentException">There is no such format.</exception>
    public static MetadataValue Parse(string type, string text)
    {
        var value = type switch
        {
            "json" => ParseJson(text),
            "yaml" or "yml" => ParseYaml(text),
            "toml" => TomlReader.Parse(text),
            "ini" => IniReader.Parse(text),
            "properties" or "props" or "prop" => PropertiesReader.Parse(text),
            _ => throw new ArgumentException($"there is no format '{type}'", nameof(type)),
        };
        return DepthOf(value) <= MaximumDepth ? value : throw new FormatException($"nested deeper than {MaximumDepth} levels");
    }

    private static MetadataValue ParseJson(string text)
    {
        try
        {
            return MetadataJson.Parse(text);
        }
        catch (JsonException e)
        {
            throw new FormatException($"not valid JSON: {e.Message}", e);
        }
    }

    private static MetadataValue ParseYaml(string text)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (Exception e) when (e is YamlException or InvalidOperationException or ArgumentException)
        {
            throw new FormatException($"not valid YAML: {e.Message}", e);
        }

        return stream.Documents.Count == 0 ? default : YamlMetadata.Convert(stream.Documents[0].RootNode);
    }

    private static int DepthOf(MetadataValue value)
    {
        int depth = 0;
        foreach (var element in value.AsMap is { } map ? map.ValueSpan : value.Elements)
        {
            depth = Math.Max(depth, DepthOf(element));
        }

        return value.Kind is MetadataKind.Map or MetadataKind.List ? depth + 1 : 0;
    }
}
