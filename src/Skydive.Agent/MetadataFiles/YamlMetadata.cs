using System.Globalization;
using Skydive.Contracts.Metadata;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Skydive.Agent.MetadataFiles;

/// <summary>
/// YAML as metadata. Plain scalars have the types of the core schema (YAML 1.2.2, section 10.3): null, true, integers, numbers, and text for all
/// else, also for <c>yes</c> and <c>no</c>. Quoted ones are texts.
/// </summary>
public static class YamlMetadata
{
    // An alias stands for what it names: a few lines of them can stand for more values than there is memory.
    private const int MaximumValues = 10_000;

    /// <summary>Converts a node with all below it.</summary>
    /// <param name="node">The node.</param>
    /// <exception cref="FormatException">
    /// It is nested deeper than <see cref="MetadataFormats.MaximumDepth"/>, has more than 10,000 values, or a key that is no text; the message
    /// says where.
    /// </exception>
    public static MetadataValue Convert(YamlNode node)
    {
        int budget = MaximumValues;
        return Convert(node, 0, ref budget);
    }

    private static MetadataValue Convert(YamlNode node, int depth, ref int budget)
    {
        if (--budget < 0)
        {
            throw Error(node, $"more than {MaximumValues} values");
        }

        if (depth > MetadataFormats.MaximumDepth)
        {
            throw Error(node, $"nested deeper than {MetadataFormats.MaximumDepth} levels");
        }

        switch (node)
        {
            case YamlMappingNode mapping:
                var map = new MetadataBuilder();
                foreach (var (keyNode, valueNode) in mapping.Children)
                {
                    string key = (keyNode as YamlScalarNode)?.Value ?? throw Error(keyNode, "a key must be a text");
                    int inner = depth + 1 + key.AsSpan().Count('.');
                    map.Set(key.AsSpan().Count('.') < MetadataFormats.MaximumDepth ? key : throw Error(keyNode, "a key has too many dots"), Convert(valueNode, inner, ref budget));
                }

                return map.Build();
            case YamlSequenceNode sequence:
                var elements = new List<MetadataValue>(sequence.Children.Count);
                foreach (var child in sequence.Children)
                {
                    elements.Add(Convert(child, depth + 1, ref budget));
                }

                return MetadataValue.List(elements);
            default:
                return Convert((YamlScalarNode)node);
        }
    }

    private static MetadataValue Convert(YamlScalarNode scalar)
    {
        string text = scalar.Value ?? string.Empty;
        if (scalar.Style is not (ScalarStyle.Plain or ScalarStyle.Any))
        {
            return text;
        }

        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return default;
            case "true" or "True" or "TRUE":
                return true;
            case "false" or "False" or "FALSE":
                return false;
            case ".inf" or ".Inf" or ".INF" or "+.inf" or "-.inf" or ".nan" or ".NaN" or ".NAN":
                // Neither JSON nor Gremlin has such numbers.
                return text;
            default:
                break;
        }

        if (text.StartsWith("0x", StringComparison.Ordinal) && long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long hexadecimal))
        {
            return hexadecimal;
        }

        if (text.StartsWith("0o", StringComparison.Ordinal) && TryParseOctal(text.AsSpan(2), out long octal))
        {
            return octal;
        }

        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long integer))
        {
            return integer;
        }

        // Names such as "infinity" are numbers to .NET and texts to YAML.
        bool isNumber = (char.IsAsciiDigit(text[0]) || text[0] is '.' or '-' or '+') && text.AsSpan().IndexOfAnyExcept("0123456789+-.eE") < 0;
        return isNumber && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number : text;
    }

    private static bool TryParseOctal(ReadOnlySpan<char> text, out long value)
    {
        value = 0;
        foreach (char digit in text)
        {
            if (digit is < '0' or > '7' || value > long.MaxValue >> 3)
            {
                return false;
            }

            value = (value << 3) | (uint)(digit - '0');
        }

        return !text.IsEmpty;
    }

    private static FormatException Error(YamlNode node, string message) => new($"line {node.Start.Line}, column {node.Start.Column}: {message}");
}
