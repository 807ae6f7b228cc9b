using Skydive.Contracts.Metadata;

namespace Skydive.Agent.MetadataFiles;

/// <summary>
/// INI files: <c>[section]</c>, <c>key = value</c> or <c>key: value</c>, comments from <c>;</c> or <c>#</c> at the start of a line. All values
/// are texts, without the quotes around them; a key that comes again becomes a list, as OpenStack's files mean it.
/// </summary>
internal static class IniReader
{
    /// <summary>Reads a text.</summary>
    /// <exception cref="FormatException">A line is none of these.</exception>
    public static MetadataValue Parse(string text)
    {
        var keys = new List<string>();
        var values = new Dictionary<string, List<MetadataValue>>(StringComparer.Ordinal);
        string section = string.Empty;
        int number = 0;
        foreach (string raw in text.Split('\n'))
        {
            number++;
            string line = raw.Trim().TrimStart('\uFEFF');
            if (line.Length == 0 || line[0] is ';' or '#')
            {
                continue;
            }

            if (line[0] == '[')
            {
                if (line[^1] != ']' || line.Length < 3)
                {
                    throw new FormatException($"line {number}: expected a section such as [name]");
                }

                section = line[1..^1].Trim() + ".";
                continue;
            }

            int separator = line.AsSpan().IndexOfAny('=', ':');
            if (separator <= 0)
            {
                throw new FormatException($"line {number}: expected 'key = value'");
            }

            string key = section + line[..separator].TrimEnd();
            if (key.AsSpan().Count('.') >= MetadataFormats.MaximumDepth)
            {
                throw new FormatException($"line {number}: a key has too many dots");
            }

            if (!values.TryGetValue(key, out var list))
            {
                keys.Add(key);
                values.Add(key, list = []);
            }

            list.Add(Unquote(line[(separator + 1)..].Trim()));
        }

        var map = new MetadataBuilder();
        foreach (string key in keys)
        {
            map.Set(key, values[key] is [var only] ? only : MetadataValue.List(values[key]));
        }

        return map.Build();
    }

    private static string Unquote(string value) =>
        value.Length >= 2 && value[0] is '"' or '\'' && value[^1] == value[0] ? value[1..^1] : value;
}
