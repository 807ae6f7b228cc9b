using System.Globalization;
using System.Text;
using Skydive.Contracts.Metadata;

namespace Skydive.Gremlin.Syntax;

/// <summary>
/// Cuts a query into tokens, one at a call. Reads what Skydive reads (reference 5.1) and more: escapes in texts, negative numbers and
/// fractions, carriage returns. Refuses what Skydive lets pass by mistake: a text that never ends, or ends with the other quote.
/// </summary>
/// <remarks>
/// <c>\"</c>, <c>\'</c>, <c>\\</c>, <c>\n</c>, <c>\r</c>, <c>\t</c> and <c>\u</c> with four hexadecimal digits are escapes: what Skydive's own client
/// writes, which takes the escapes of JSON. Before any other character a backslash stands for itself, because Skydive's parser has no
/// escapes and saved queries hold regular expressions such as <c>Regex("eth\d+")</c>.
/// </remarks>
internal struct Lexer(string text)
{
    private int _position;

    /// <summary>Reads the next token; at the end of the text, again and again <see cref="TokenKind.End"/>.</summary>
    /// <exception cref="GremlinException">What stands there is no token.</exception>
    public Token Read()
    {
        while (_position < text.Length && IsWhiteSpace(text[_position]))
        {
            _position++;
        }

        if (_position == text.Length)
        {
            return new(TokenKind.End, new(_position, 0));
        }

        char first = text[_position];
        switch (first)
        {
            case '.':
                return Single(TokenKind.Dot);
            case ',':
                return Single(TokenKind.Comma);
            case '(':
                return Single(TokenKind.LeftParenthesis);
            case ')':
                return Single(TokenKind.RightParenthesis);
            case '"' or '\'':
                return ReadText(first);
            default:
                if (IsNameStart(first))
                {
                    return ReadName();
                }

                if (char.IsAsciiDigit(first) || (first == '-' && _position + 1 < text.Length && char.IsAsciiDigit(text[_position + 1])))
                {
                    return ReadNumber();
                }

                int length = char.IsHighSurrogate(first) && _position + 1 < text.Length && char.IsLowSurrogate(text[_position + 1]) ? 2 : 1;
                throw Diagnostics.Error(text, GremlinErrorReason.Syntax, new(_position, length), $"unexpected character '{Diagnostics.Printable(text.AsSpan(_position, length))}'");
        }
    }

    private static bool IsWhiteSpace(char c) => c is ' ' or '\t' or '\n' or '\r';

    private static bool IsNameStart(char c) => char.IsAsciiLetter(c) || c == '_';

    private static bool IsNamePart(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

    private Token Single(TokenKind kind) => new(kind, new(_position++, 1));

    private Token ReadName()
    {
        int start = _position;
        while (_position < text.Length && IsNamePart(text[_position]))
        {
            _position++;
        }

        return new(TokenKind.Name, new(start, _position - start));
    }

    private Token ReadNumber()
    {
        int start = _position++;
        SkipDigits();
        bool isFraction = _position + 1 < text.Length && text[_position] == '.' && char.IsAsciiDigit(text[_position + 1]);
        if (isFraction)
        {
            _position++;
            SkipDigits();
        }

        // 1e9, 2.5E-3
        int exponent = _position + 1;
        if (exponent < text.Length && text[_position] is 'e' or 'E')
        {
            exponent += text[exponent] is '+' or '-' ? 1 : 0;
            if (exponent < text.Length && char.IsAsciiDigit(text[exponent]))
            {
                _position = exponent;
                SkipDigits();
                isFraction = true;
            }
        }

        var span = new SourceSpan(start, _position - start);
        if (_position < text.Length && IsNamePart(text[_position]))
        {
            while (_position < text.Length && IsNamePart(text[_position]))
            {
                _position++;
            }

            span = new(start, _position - start);
            throw Diagnostics.Error(text, GremlinErrorReason.Syntax, span, $"'{Diagnostics.Excerpt(text, span)}' is neither a number nor a name; texts stand in quotes");
        }

        var digits = text.AsSpan(start, span.Length);
        if (isFraction)
        {
            double number = double.Parse(digits, NumberStyles.Float, CultureInfo.InvariantCulture);
            return double.IsFinite(number)
                ? new(TokenKind.Number, span, MetadataValue.FromDouble(number))
                : throw Diagnostics.Error(text, GremlinErrorReason.Syntax, span, $"the number {Diagnostics.Excerpt(text, span)} is too large");
        }

        return long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long integer)
            ? new(TokenKind.Number, span, integer)
            : throw Diagnostics.Error(text, GremlinErrorReason.Syntax, span, $"the number {Diagnostics.Excerpt(text, span)} does not fit 64 bits");
    }

    private void SkipDigits()
    {
        while (_position < text.Length && char.IsAsciiDigit(text[_position]))
        {
            _position++;
        }
    }

    /// <summary>Reads an escape. A half of a surrogate pair is none: it would not be text.</summary>
    private readonly bool TryReadEscape(out string escaped, out int length)
    {
        char c = _position + 1 < text.Length ? text[_position + 1] : '\0';
        (escaped, length) = c switch
        {
            '"' or '\'' or '\\' => (c.ToString(), 2),
            'n' => ("\n", 2),
            'r' => ("\r", 2),
            't' => ("\t", 2),
            'u' when ReadUnit(_position) is { } unit && !char.IsSurrogate(unit) => (unit.ToString(), 6),
            'u' when ReadUnit(_position) is { } high && char.IsHighSurrogate(high) && ReadUnit(_position + 6) is { } low && char.IsLowSurrogate(low) =>
                (new string([high, low]), 12),
            _ => (string.Empty, 0),
        };
        return length > 0;
    }

    /// <summary>Reads <c>\u</c> with four hexadecimal digits; null when there is something else.</summary>
    private readonly char? ReadUnit(int position) =>
        position + 6 <= text.Length
        && text[position] == '\\'
        && text[position + 1] == 'u'
        && ushort.TryParse(text.AsSpan(position + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort unit)
            ? (char)unit
            : null;

    private Token ReadText(char quote)
    {
        int start = _position++;
        StringBuilder? unescaped = null;
        int copied = _position;
        while (_position < text.Length)
        {
            char c = text[_position];
            if (c == quote)
            {
                var rest = text.AsSpan(copied, _position - copied);
                string value = unescaped is null ? rest.ToString() : unescaped.Append(rest).ToString();
                _position++;
                return new(TokenKind.Text, new(start, _position - start), value);
            }

            if (c == '\\' && TryReadEscape(out string escaped, out int length))
            {
                (unescaped ??= new()).Append(text, copied, _position - copied).Append(escaped);
                copied = _position += length;
                continue;
            }

            _position++;
        }

        throw Diagnostics.Error(text, GremlinErrorReason.Syntax, new(start, text.Length - start), $"the text that begins with {quote} has no closing {quote}", [quote.ToString()]);
    }
}
