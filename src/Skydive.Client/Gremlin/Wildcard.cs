using System.Text;

namespace Skydive.Client.Gremlin;

/// <summary>Patterns as PowerShell has them: <c>*</c>, <c>?</c>, <c>[a-z]</c>, and a backtick to take the next character literally.</summary>
public static class Wildcard
{
    /// <summary>Whether the text has a character with a special meaning.</summary>
    /// <param name="text">The text.</param>
    public static bool IsPattern(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '`':
                    i++;
                    break;
                case '*' or '?':
                case '[' when text.IndexOf(']', i + 1) > i + 1:
                    return true;
            }
        }

        return false;
    }

    /// <summary>The text that a pattern without special characters stands for: backticks are taken away.</summary>
    /// <param name="text">The text.</param>
    public static string Unescape(string text)
    {
        if (!text.Contains('`', StringComparison.Ordinal))
        {
            return text;
        }

        var builder = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            builder.Append(text[i] == '`' && i + 1 < text.Length ? text[++i] : text[i]);
        }

        return builder.ToString();
    }

    /// <summary>An expression that RE2 and .NET understand alike, without anchors.</summary>
    /// <param name="pattern">The pattern.</param>
    public static string ToRegex(string pattern)
    {
        var builder = new StringBuilder(pattern.Length + 8);
        for (int i = 0; i < pattern.Length; i++)
        {
            char character = pattern[i];
            if (character == '`' && i + 1 < pattern.Length)
            {
                AppendLiteral(builder, pattern[++i]);
            }
            else if (character == '*')
            {
                builder.Append(".*");
            }
            else if (character == '?')
            {
                builder.Append('.');
            }
            else if (character == '[' && pattern.IndexOf(']', i + 1) is int end && end > i + 1)
            {
                builder.Append('[');
                foreach (char member in pattern.AsSpan((i + 1)..end))
                {
                    if (member == '-')
                    {
                        builder.Append('-');
                    }
                    else
                    {
                        AppendLiteral(builder, member);
                    }
                }

                builder.Append(']');
                i = end;
            }
            else
            {
                AppendLiteral(builder, character);
            }
        }

        return builder.ToString();
    }

    private static void AppendLiteral(StringBuilder builder, char character)
    {
        switch (character)
        {
            // As numbers, because the service takes a text that begins with ^ or ends with $ for an anchored one and refuses it.
            case '^':
                builder.Append("\\x5e");
                break;
            case '$':
                builder.Append("\\x24");
                break;
            case '\\' or '.' or '+' or '*' or '?' or '(' or ')' or '|' or '[' or ']' or '{' or '}':
                builder.Append('\\').Append(character);
                break;
            default:
                builder.Append(character);
                break;
        }
    }
}
