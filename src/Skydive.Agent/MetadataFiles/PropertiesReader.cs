using System.Globalization;
using System.Text;
using Skydive.Contracts.Metadata;

namespace Skydive.Agent.MetadataFiles;

/// <summary>
/// Java properties files: <c>key=value</c>, <c>key: value</c> or <c>key value</c>, comments from <c>#</c> or <c>!</c>, a backslash at the end of
/// a line goes on in the next, escapes in keys and values. All values are texts; dots in keys make nested maps.
/// Source: the documentation of java.util.Properties.load.
/// </summary>
internal static class PropertiesReader
{
    /// <summary>Reads a text.</summary>
    /// <exception cref="FormatException">A key has too many dots, or an escape is broken.</exception>
    public static MetadataValue Parse(string text)
    {
        var map = new MetadataBuilder();
        string[] lines = text.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            int number = i + 1;
            string line = lines[i].Trim('\r').TrimStart();
            if (line.Length == 0 || line[0] is '#' or '!')
            {
                continue;
            }

            var logical = new StringBuilder(line);
            while (EndsInBackslash(logical))
            {
                logical.Length--;
                if (++i >= lines.Length)
                {
                    break;
                }

                logical.Append(lines[i].Trim('\r').TrimStart());
            }

            Add(map, logical.ToString(), number);
        }

        return map.Build();
    }

    private static void Add(MetadataBuilder map, string line, int number)
    {
        int end = 0;
        while (end < line.Length && line[end] is not ('=' or ':' or ' ' or '\t' or '\f'))
        {
            end += line[end] == '\\' ? 2 : 1;
        }

        end = Math.Min(end, line.Length);
        int value = end;
        while (value < line.Length && line[value] is ' ' or '\t' or '\f')
        {
            value++;
        }

        if (value < line.Length && line[value] is '=' or ':')
        {
            value++;
        }

        while (value < line.Length && line[value] is ' ' or '\t' or '\f')
        {
            value++;
        }

        string key = Unescape(line.AsSpan(0, end), number);
        if (key.AsSpan().Count('.') >= MetadataFormats.MaximumDepth)
        {
            throw new FormatException($"line {number}: a key has too many dots");
        }

        map.Set(key, Unescape(line.AsSpan(value), number));
    }

    private static bool EndsInBackslash(StringBuilder line)
    {
        int count = 0;
        while (count < line.Length && line[line.Length - 1 - count] == '\\')
        {
            count++;
        }

        return count % 2 == 1;
    }

    private static string Unescape(ReadOnlySpan<char> text, int number)
    {
        if (!text.Contains('\\'))
        {
            return text.ToString();
        }

        var result = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 >= text.Length)
            {
                result.Append(text[i]);
                continue;
            }

            char escaped = text[++i];
            if (escaped == 'u')
            {
                if (i + 4 >= text.Length || !ushort.TryParse(text.Slice(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort unit))
                {
                    throw new FormatException($"line {number}: expected four hexadecimal digits after \\u");
                }

                result.Append((char)unit);
                i += 4;
                continue;
            }

            result.Append(escaped switch { 't' => '\t', 'n' => '\n', 'r' => '\r', 'f' => '\f', _ => escaped });
        }

        return result.ToString();
    }
}
