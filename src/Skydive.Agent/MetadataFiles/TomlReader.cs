using System.Globalization;
using System.Text;
using Skydive.Contracts.Metadata;

namespace Skydive.Agent.MetadataFiles;

/// <summary>TOML 1.0.0 (toml.io/en/v1.0.0) as metadata. Dates and times are texts, as they are written.</summary>
internal sealed class TomlReader
{
    private readonly string _text;
    private int _position;
    private int _depth;

    private TomlReader(string text) => _text = text;

    private bool IsAtEnd => _position >= _text.Length;

    private char Current => _position < _text.Length ? _text[_position] : '\0';

    /// <summary>Reads a text.</summary>
    /// <exception cref="FormatException">It is not valid TOML; the message says where.</exception>
    public static MetadataValue Parse(string text) => new TomlReader(text.Replace("\r\n", "\n", StringComparison.Ordinal).TrimStart('\uFEFF')).Read();

    private MetadataMap Read()
    {
        var root = new Table();
        var table = root;
        while (true)
        {
            SkipBlank();
            if (IsAtEnd)
            {
                return root.ToMap();
            }

            if (Current == '[')
            {
                table = ReadHeader(root);
            }
            else
            {
                ReadPair(table);
            }

            SkipSpace();
            SkipComment();
            if (!IsAtEnd && Current != '\n')
            {
                throw Error("expected the end of the line");
            }
        }
    }

    private Table ReadHeader(Table root)
    {
        _position++;
        bool isArray = Current == '[';
        _position += isArray ? 1 : 0;
        SkipSpace();
        var key = ReadKey();
        SkipSpace();
        Expect(']');
        if (isArray)
        {
            Expect(']');
        }

        var table = root;
        foreach (string part in key.Take(key.Count - 1))
        {
            table = Enter(table, part, isHeader: true);
        }

        string last = key[^1];
        if (isArray)
        {
            if (!table.Entries.TryGetValue(last, out object? existing))
            {
                table.Entries.Add(last, existing = new List<Table>());
            }

            if (existing is not List<Table> tables)
            {
                throw Error($"'{last}' is defined already, and no array of tables");
            }

            tables.Add(new());
            return tables[^1];
        }

        var target = table.Entries.GetValueOrDefault(last) is List<Table> ? throw Error($"'{last}' is an array of tables") : Enter(table, last, isHeader: true);
        if (target.IsDefined)
        {
            throw Error($"table '{last}' is defined already");
        }

        target.IsDefined = true;
        return target;
    }

    private void ReadPair(Table table)
    {
        var key = ReadKey();
        SkipSpace();
        Expect('=');
        SkipSpace();
        object value = ReadValue();
        foreach (string part in key.Take(key.Count - 1))
        {
            table = Enter(table, part, isHeader: false);
        }

        if (!table.Entries.TryAdd(key[^1], value))
        {
            throw Error($"'{key[^1]}' is defined already");
        }
    }

    private Table Enter(Table table, string key, bool isHeader)
    {
        switch (table.Entries.GetValueOrDefault(key))
        {
            case null:
                var added = new Table();
                table.Entries.Add(key, added);
                return added;
            case Table { IsClosed: false } inner:
                return inner;
            case List<Table> tables when isHeader:
                return tables[^1];
            default:
                throw Error($"'{key}' is defined already, and no table that can be added to");
        }
    }

    private List<string> ReadKey()
    {
        var key = new List<string>();
        while (true)
        {
            SkipSpace();
            key.Add(Current switch
            {
                '"' => ReadBasic(),
                '\'' => ReadLiteral(),
                _ => ReadBareKey(),
            });
            SkipSpace();
            if (Current != '.')
            {
                return key;
            }

            if (key.Count >= MetadataFormats.MaximumDepth)
            {
                throw Error("a key has too many parts");
            }

            _position++;
        }
    }

    private string ReadBareKey()
    {
        int start = _position;
        while (char.IsAsciiLetterOrDigit(Current) || Current is '_' or '-')
        {
            _position++;
        }

        return _position > start ? _text[start.._position] : throw Error("expected a key");
    }

    /// <summary>A <see cref="MetadataValue"/>, or a <see cref="Table"/> that nothing can be added to.</summary>
    private object ReadValue()
    {
        if (++_depth > MetadataFormats.MaximumDepth)
        {
            throw Error($"nested deeper than {MetadataFormats.MaximumDepth} levels");
        }

        object value = Current switch
        {
            '"' => (MetadataValue)(At("\"\"\"") ? ReadMultilineBasic() : ReadBasic()),
            '\'' => (MetadataValue)(At("'''") ? ReadMultilineLiteral() : ReadLiteral()),
            '[' => ReadArray(),
            '{' => ReadInlineTable(),
            _ => ReadScalar(),
        };
        _depth--;
        return value;
    }

    private MetadataValue ReadArray()
    {
        var elements = new List<MetadataValue>();
        _position++;
        while (true)
        {
            SkipBlank();
            if (Current == ']')
            {
                _position++;
                return MetadataValue.List(elements);
            }

            object value = ReadValue();
            elements.Add(value is Table table ? table.ToMap() : (MetadataValue)value);
            SkipBlank();
            if (Current == ',')
            {
                _position++;
            }
            else if (Current != ']')
            {
                throw Error("expected ',' or ']'");
            }
        }
    }

    private Table ReadInlineTable()
    {
        var table = new Table();
        _position++;
        SkipSpace();
        while (Current != '}')
        {
            ReadPair(table);
            SkipSpace();
            if (Current == ',')
            {
                _position++;
                SkipSpace();
                if (Current == '}')
                {
                    throw Error("expected a key after ','");
                }
            }
            else if (Current != '}')
            {
                throw Error("expected ',' or '}'");
            }
        }

        _position++;
        table.IsClosed = true;
        return table;
    }

    private object ReadScalar()
    {
        int start = _position;
        while (!IsAtEnd && Current is not (',' or ']' or '}' or '#' or '\n' or ' ' or '\t'))
        {
            _position++;
        }

        // A date and a time may be separated by a space.
        if (_position - start == 10 && Current == ' ' && _position + 2 < _text.Length && char.IsAsciiDigit(_text[_position + 1]) && _text[start + 4] == '-')
        {
            _position++;
            while (!IsAtEnd && Current is not (',' or ']' or '}' or '#' or '\n' or ' ' or '\t'))
            {
                _position++;
            }
        }

        string text = _text[start.._position];
        return Convert(text) ?? throw Error(text.Length == 0 ? "expected a value" : $"'{text}' is no value; texts stand in quotes", start);
    }

    private static MetadataValue? Convert(string text)
    {
        switch (text)
        {
            case "true":
                return true;
            case "false":
                return false;
            case "inf" or "+inf" or "-inf" or "nan" or "+nan" or "-nan":
                return text;
            default:
                break;
        }

        if (text.Length == 0 || text.StartsWith('_') || text.EndsWith('_') || text.Contains("__", StringComparison.Ordinal))
        {
            return null;
        }

        string digits = text.Replace("_", string.Empty, StringComparison.Ordinal);
        if (digits.Length > 2 && digits[0] == '0' && digits[1] is 'x' or 'o' or 'b')
        {
            return TryParse(digits.AsSpan(2), digits[1] switch { 'x' => 4, 'o' => 3, _ => 1 }, out long based) ? based : null;
        }

        if (long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long integer))
        {
            return integer;
        }

        bool isNumber = char.IsAsciiDigit(digits[^1]) && digits.AsSpan().IndexOfAnyExcept("0123456789+-.eE") < 0;
        if (isNumber && double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number))
        {
            return number;
        }

        bool isDate = text.Length >= 8 && char.IsAsciiDigit(text[0]) && (text.Contains(':', StringComparison.Ordinal) || text.Contains('-', StringComparison.Ordinal))
            && text.AsSpan().IndexOfAnyExcept("0123456789+-.:TtZz ") < 0;
        return isDate ? (MetadataValue?)text : null;
    }

    private static bool TryParse(ReadOnlySpan<char> digits, int bits, out long value)
    {
        value = 0;
        foreach (char digit in digits)
        {
            int number = char.IsAsciiHexDigit(digit) ? System.Convert.ToInt32(digit.ToString(), 16) : int.MaxValue;
            if (number >= 1 << bits || value > long.MaxValue >> bits)
            {
                return false;
            }

            value = (value << bits) | (uint)number;
        }

        return !digits.IsEmpty;
    }

    private string ReadBasic()
    {
        var result = new StringBuilder();
        _position++;
        while (Current != '"')
        {
            if (IsAtEnd || Current == '\n')
            {
                throw Error("expected '\"'");
            }

            ReadCharacter(result);
        }

        _position++;
        return result.ToString();
    }

    private string ReadMultilineBasic()
    {
        var result = new StringBuilder();
        _position += At("\"\"\"\n") ? 4 : 3;
        while (!At("\"\"\"") || At("\"\"\"\""))
        {
            if (IsAtEnd)
            {
                throw Error("expected '\"\"\"'");
            }

            if (Current == '\\' && IsLineEnd(_position + 1))
            {
                _position++;
                while (Current is ' ' or '\t' or '\n')
                {
                    _position++;
                }
            }
            else
            {
                ReadCharacter(result);
            }
        }

        _position += 3;
        return result.ToString();
    }

    private bool IsLineEnd(int position)
    {
        while (position < _text.Length && _text[position] is ' ' or '\t')
        {
            position++;
        }

        return position < _text.Length && _text[position] == '\n';
    }

    private void ReadCharacter(StringBuilder result)
    {
        char character = _text[_position++];
        if (character != '\\')
        {
            result.Append(character);
            return;
        }

        char escaped = Current;
        _position++;
        switch (escaped)
        {
            case 'b' or 't' or 'n' or 'f' or 'r' or '"' or '\\' or 'e':
                result.Append(escaped switch { 'b' => '\b', 't' => '\t', 'n' => '\n', 'f' => '\f', 'r' => '\r', 'e' => '\u001b', _ => escaped });
                break;
            case 'u' or 'U':
                int length = escaped == 'u' ? 4 : 8;
                if (_position + length > _text.Length
                    || !uint.TryParse(_text.AsSpan(_position, length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint scalar)
                    || !Rune.IsValid(scalar))
                {
                    throw Error($"expected a Unicode scalar value of {length} hexadecimal digits");
                }

                result.Append(new Rune(scalar).ToString());
                _position += length;
                break;
            default:
                throw Error($"'\\{escaped}' is no escape", _position - 2);
        }
    }

    private string ReadLiteral()
    {
        int end = _text.IndexOf('\'', _position + 1);
        int line = _text.IndexOf('\n', _position);
        if (end < 0 || (line >= 0 && line < end))
        {
            throw Error("expected \"'\"");
        }

        string value = _text[(_position + 1)..end];
        _position = end + 1;
        return value;
    }

    private string ReadMultilineLiteral()
    {
        int start = _position + (At("'''\n") ? 4 : 3);
        int end = start <= _text.Length ? _text.IndexOf("'''", start, StringComparison.Ordinal) : -1;
        if (end < 0)
        {
            throw Error("expected \"'''\"");
        }

        // Up to two quotes may stand before the three that end it.
        while (end + 3 < _text.Length && _text[end + 3] == '\'')
        {
            end++;
        }

        _position = end + 3;
        return _text[start..end];
    }

    private bool At(string text) => string.CompareOrdinal(_text, _position, text, 0, text.Length) == 0;

    private void Expect(char character)
    {
        if (Current != character || IsAtEnd)
        {
            throw Error($"expected '{character}'");
        }

        _position++;
    }

    private void SkipSpace()
    {
        while (Current is ' ' or '\t')
        {
            _position++;
        }
    }

    private void SkipComment()
    {
        if (Current == '#')
        {
            while (!IsAtEnd && Current != '\n')
            {
                _position++;
            }
        }
    }

    private void SkipBlank()
    {
        while (!IsAtEnd && Current is ' ' or '\t' or '\n' or '#')
        {
            SkipComment();
            if (!IsAtEnd && Current != '#')
            {
                _position++;
            }
        }
    }

    private FormatException Error(string message) => Error(message, _position);

    private FormatException Error(string message, int position)
    {
        var before = _text.AsSpan(0, Math.Min(position, _text.Length));
        int line = before.Count('\n') + 1;
        int column = before.Length - before.LastIndexOf('\n');
        return new($"line {line}, column {column}: {message}");
    }

    /// <summary>A table in the making: values, tables and arrays of tables by key.</summary>
    private sealed class Table
    {
        public Dictionary<string, object> Entries { get; } = new(StringComparer.Ordinal);

        /// <summary>Whether it had a header of its own, which it may have once.</summary>
        public bool IsDefined { get; set; }

        /// <summary>Whether it was written in one piece, and nothing may be added.</summary>
        public bool IsClosed { get; set; }

        public MetadataMap ToMap() => ToMap(0);

        private MetadataMap ToMap(int depth)
        {
            if (depth > MetadataFormats.MaximumDepth)
            {
                throw new FormatException($"nested deeper than {MetadataFormats.MaximumDepth} levels");
            }

            var map = new MetadataBuilder();
            foreach (var (key, entry) in Entries)
            {
                if (key.AsSpan().Count('.') >= MetadataFormats.MaximumDepth)
                {
                    throw new FormatException("a key has too many dots");
                }

                map.Set(key, entry switch
                {
                    Table table => table.ToMap(depth + 1),
                    List<Table> tables => MetadataValue.List(tables.Select(table => (MetadataValue)table.ToMap(depth + 1))),
                    _ => (MetadataValue)entry,
                });
            }

            return map.Build();
        }
    }
}
