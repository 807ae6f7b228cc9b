using System.Globalization;
using System.Text;
using YamlDotNet.Core;

namespace Skydive.Service.Configuration;

/// <summary>Texts as scalars of YAML: plain where that is read back as it is, else in quotes (YAML 1.2.2, section 7.3).</summary>
internal static class YamlScalarText
{
    private const string Indicators = "-?:,[]{}#&*!|>'\"%@`";

    /// <summary>Writes a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="style">The style to keep where it can hold the text.</param>
    public static string Write(string text, ScalarStyle style = ScalarStyle.Plain)
    {
        bool isPrintable = text.All(static character => character is '\t' or (>= ' ' and <= '~') or (> '\u00a0' and < '\u2028') or (> '\u2029' and < '\ud800'));
        if (!isPrintable || (style == ScalarStyle.DoubleQuoted && text.Length > 0))
        {
            return DoubleQuoted(text);
        }

        return style != ScalarStyle.SingleQuoted && IsPlain(text) ? text : $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
    }

    // Stricter than YAML asks for, so that a text can stand in lists and maps in brackets, too.
    private static bool IsPlain(string text) =>
        text.Length > 0
        && text is not ("~" or "null" or "Null" or "NULL" or "---" or "...")
        && !char.IsWhiteSpace(text[0]) && !char.IsWhiteSpace(text[^1])
        && (!Indicators.Contains(text[0], StringComparison.Ordinal) || (text[0] == ':' && text.Length > 1 && char.IsAsciiDigit(text[1])))
        && text.AsSpan().IndexOfAny(",[]{}\t") < 0
        && !text.Contains(": ", StringComparison.Ordinal) && !text.Contains(" #", StringComparison.Ordinal) && text[^1] != ':';

    private static string DoubleQuoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (char character in text)
        {
            quoted.Append(character switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                >= ' ' and <= '~' => character.ToString(),
                _ => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
            });
        }

        return quoted.Append('"').ToString();
    }
}
