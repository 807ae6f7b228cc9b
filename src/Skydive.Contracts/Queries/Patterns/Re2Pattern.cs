using System.Globalization;
using System.Text;

namespace Skydive.Contracts.Queries.Patterns;

/// <summary>
/// Regular expressions of RE2, the syntax of Go and so of Skydive, as regular expressions of .NET that match the same texts. Meant for matching
/// whole texts: groups capture nothing, and how much a repetition takes first makes no difference.
/// </summary>
/// <remarks>
/// <para>Source: https://github.com/google/re2/wiki/Syntax, with the flags of Go's <c>regexp</c> (Perl classes, no newline for a dot).</para>
/// <para>
/// <c>\d</c>, <c>\s</c>, <c>\w</c> and the classes in <c>[[:…:]]</c> are of ASCII. What cannot be said in .NET without backtracking: scripts in
/// <c>\p{…}</c>; categories there find no characters beyond U+FFFF, and <c>\b</c> takes letters of all scripts for parts of words.
/// </para>
/// </remarks>
internal sealed class Re2Pattern
{
    private const int MaximumRepeat = 1000;
    private const int MaximumDepth = 250;
    private const string Digits = "09";
    private const string Spaces = "\t\n\f\r  ";
    private const string WordCharacters = "09AZ__az";

    private static readonly Dictionary<string, string> s_classes = new(StringComparer.Ordinal)
    {
        ["alnum"] = "09AZaz",
        ["alpha"] = "AZaz",
        ["ascii"] = "\0\x7F",
        ["blank"] = "\t\t  ",
        ["cntrl"] = "\0\x1F\x7F\x7F",
        ["digit"] = Digits,
        ["graph"] = "!~",
        ["lower"] = "az",
        ["print"] = " ~",
        ["punct"] = "!/:@[`{~",
        ["space"] = "\t\r  ",
        ["upper"] = "AZ",
        ["word"] = WordCharacters,
        ["xdigit"] = "09AFaf",
    };

    private static readonly HashSet<string> s_categories = new(StringComparer.Ordinal)
    {
        "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "S", "Sm", "Sc", "Sk", "So",
        "Z", "Zs", "Zl", "Zp", "C", "Cc", "Cf", "Co", "Cs",
    };

    private readonly string _text;
    private readonly StringBuilder _output = new();
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private int _position;
    private int _depth;
    private bool _isDotAll;
    private bool _isMultiline;

    private Re2Pattern(string text) => _text = text;

    private char Current => _text[_position];

    private bool IsEnd => _position == _text.Length;

    /// <summary>Translates an expression.</summary>
    /// <param name="pattern">The expression in RE2's syntax.</param>
    /// <returns>The expression in .NET's, without anchors at its ends.</returns>
    /// <exception cref="ArgumentException">It is not valid, or cannot be translated; the message says what stands where.</exception>
    public static string Translate(string pattern)
    {
        var translation = new Re2Pattern(pattern);
        translation.ReadAlternatives();
        return translation.IsEnd ? translation._output.ToString() : throw translation.Error("a closing parenthesis without an opening one", translation._position);
    }

    private static bool IsOctal(char c) => c is >= '0' and <= '7';

    private ArgumentException Error(string what, int at) =>
        new($"{what} at character {(at + 1).ToString(CultureInfo.InvariantCulture)} of the regular expression");

    private bool Next(string expected) => string.CompareOrdinal(_text, _position, expected, 0, expected.Length) == 0;

    private int ReadRune()
    {
        int rune = char.IsHighSurrogate(Current) && _position + 1 < _text.Length && char.IsLowSurrogate(_text[_position + 1])
            ? char.ConvertToUtf32(Current, _text[_position + 1])
            : Current;
        _position += rune > char.MaxValue ? 2 : 1;
        return rune;
    }

    /// <summary>Reads up to the end or a closing parenthesis.</summary>
    private void ReadAlternatives()
    {
        bool canRepeat = false;
        while (!IsEnd && Current != ')')
        {
            int start = _position;
            switch (Current)
            {
                case '|':
                    _position++;
                    _output.Append('|');
                    canRepeat = false;
                    break;
                case '*' or '+' or '?':
                    ReadRepeat(Current.ToString(), 1, canRepeat, start);
                    canRepeat = false;
                    break;
                case '{' when TryReadCount(out string count, out int length):
                    ReadRepeat(count, length, canRepeat, start);
                    canRepeat = false;
                    break;
                case '(':
                    canRepeat = ReadGroup();
                    break;
                case '[':
                    ReadClass();
                    canRepeat = true;
                    break;
                case '.':
                    _position++;
                    var none = new RuneRanges();
                    if (!_isDotAll)
                    {
                        none.Add('\n', '\n');
                    }

                    none.AppendTo(_output, isNegated: true, IsRepeated());
                    canRepeat = true;
                    break;
                case '^':
                    _position++;
                    _output.Append(_isMultiline ? "(?m:^)" : @"\A");
                    canRepeat = true;
                    break;
                case '$':
                    _position++;
                    _output.Append(_isMultiline ? "(?m:$)" : @"\z");
                    canRepeat = true;
                    break;
                case '\\':
                    canRepeat = ReadEscape();
                    break;
                default:
                    AppendLiteral(ReadRune());
                    canRepeat = true;
                    break;
            }
        }
    }

    private bool IsRepeated() => !IsEnd && Current is '*' or '+';

    private void ReadRepeat(string quantifier, int length, bool canRepeat, int start)
    {
        _position += length;
        if (!canRepeat)
        {
            bool isNested = start > 0 && _text[start - 1] is '*' or '+' or '?' or '}';
            throw Error(isNested ? "a repetition of a repetition" : "a repetition of nothing", start);
        }

        // Whether it prefers to take little makes no difference to whether a whole text matches.
        if (!IsEnd && Current == '?')
        {
            _position++;
        }

        _output.Append(quantifier);
    }

    /// <summary>Reads <c>{n}</c>, <c>{n,}</c> or <c>{n,m}</c>; an opening brace that begins none of them is a brace.</summary>
    private bool TryReadCount(out string count, out int length)
    {
        count = string.Empty;
        length = 0;
        int end = _text.IndexOf('}', _position);
        if (end < 0)
        {
            return false;
        }

        var inner = _text.AsSpan(_position + 1, end - _position - 1);
        int comma = inner.IndexOf(',');
        var least = comma < 0 ? inner : inner[..comma];
        var most = comma < 0 ? inner : inner[(comma + 1)..];
        if (least.IsEmpty || least.ContainsAnyExceptInRange('0', '9') || most.ContainsAnyExceptInRange('0', '9') || IsPadded(least) || IsPadded(most))
        {
            return false;
        }

        int minimum = least.Length > 4 ? int.MaxValue : int.Parse(least, CultureInfo.InvariantCulture);
        int maximum = most.IsEmpty ? minimum : most.Length > 4 ? int.MaxValue : int.Parse(most, CultureInfo.InvariantCulture);
        if (minimum > MaximumRepeat || maximum > MaximumRepeat)
        {
            throw Error($"a repetition of more than {MaximumRepeat}", _position);
        }

        if (maximum < minimum)
        {
            throw Error("a repetition whose largest count is less than its smallest", _position);
        }

        length = end - _position + 1;
        count = _text.Substring(_position, length);
        return true;

        static bool IsPadded(ReadOnlySpan<char> number) => number.Length > 1 && number[0] == '0';
    }

    /// <summary>Reads a group, or flags, which are nothing that could be repeated.</summary>
    private bool ReadGroup()
    {
        int start = _position++;
        bool wasDotAll = _isDotAll;
        bool wasMultiline = _isMultiline;
        string opening = "(?:";
        if (Next("?"))
        {
            if (Next("?=") || Next("?!") || Next("?<=") || Next("?<!"))
            {
                throw Error("look-around, which is not supported,", start);
            }

            if (Next("?P<") || Next("?<"))
            {
                ReadName(start);
            }
            else
            {
                _position++;
                opening = ReadFlags(start, out bool isGroup);
                if (!isGroup)
                {
                    _output.Append(opening);
                    return false;
                }
            }
        }

        if (++_depth > MaximumDepth)
        {
            throw Error($"groups more than {MaximumDepth} deep", start);
        }

        _output.Append(opening);
        ReadAlternatives();
        if (IsEnd)
        {
            throw Error("an opening parenthesis without a closing one", start);
        }

        _position++;
        _output.Append(')');
        _depth--;
        _isDotAll = wasDotAll;
        _isMultiline = wasMultiline;
        return true;
    }

    private void ReadName(int start)
    {
        _position = _text.IndexOf('<', _position) + 1;
        int end = _text.IndexOf('>', _position);
        if (end < 0)
        {
            throw Error("a group's name without an end", start);
        }

        string name = _text[_position..end];
        if (name.Length == 0 || name.AsSpan().ContainsAnyExcept("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"))
        {
            throw Error("a group's name that has other characters than letters, digits and underscores", _position);
        }

        if (!_names.Add(name))
        {
            throw Error("a group with the name of another", _position);
        }

        _position = end + 1;
    }

    /// <summary>Reads flags behind <c>(?</c> up to a colon, where a group begins, or up to the closing parenthesis.</summary>
    private string ReadFlags(int start, out bool isGroup)
    {
        bool isOn = true;
        bool? ignoreCase = null;
        bool hasAny = false;
        while (!IsEnd)
        {
            char flag = _text[_position++];
            switch (flag)
            {
                case 'i':
                    ignoreCase = isOn;
                    break;
                case 's':
                    _isDotAll = isOn;
                    break;
                case 'm':
                    _isMultiline = isOn;
                    break;
                case 'U':
                    break;
                case '-' when isOn:
                    isOn = false;
                    hasAny = false;
                    continue;
                case ':' when isOn || hasAny:
                    isGroup = true;
                    return ignoreCase is { } within ? within ? "(?i:" : "(?-i:" : "(?:";
                case ')' when hasAny:
                    isGroup = false;
                    return ignoreCase is { } from ? from ? "(?i)" : "(?-i)" : string.Empty;
                default:
                    throw Error("a group that begins with (? and goes on with something unknown", start);
            }

            hasAny = true;
        }

        throw Error("an opening parenthesis without a closing one", start);
    }

    private bool ReadEscape()
    {
        int start = _position++;
        if (IsEnd)
        {
            throw Error("a backslash with nothing behind it", start);
        }

        switch (Current)
        {
            case 'A':
                _output.Append(@"\A");
                break;
            case 'z':
                _output.Append(@"\z");
                break;
            case 'b':
                _output.Append(@"\b");
                break;
            case 'B':
                _output.Append(@"\B");
                break;
            case 'Q':
                return ReadQuoted();
            default:
                _position = start;
                var set = new RuneRanges();
                if (TryReadSet(set))
                {
                    set.AppendTo(_output, isNegated: false, IsRepeated());
                }
                else
                {
                    AppendLiteral(ReadEscapedRune());
                }

                return true;
        }

        _position++;
        return true;
    }

    /// <summary>Reads <c>\Q…\E</c>, text that stands for itself.</summary>
    private bool ReadQuoted()
    {
        _position++;
        int end = _text.IndexOf(@"\E", _position, StringComparison.Ordinal);
        bool hasAny = false;
        while (_position < (end < 0 ? _text.Length : end))
        {
            AppendLiteral(ReadRune());
            hasAny = true;
        }

        _position = end < 0 ? _text.Length : end + 2;
        return hasAny;
    }

    /// <summary>Reads a set of characters that an escape stands for: <c>\d</c>, <c>\p{Lu}</c> …</summary>
    private bool TryReadSet(RuneRanges set)
    {
        if (_text[_position] != '\\' || _position + 1 == _text.Length)
        {
            return false;
        }

        switch (_text[_position + 1])
        {
            case 'd':
                set.Add(Digits);
                break;
            case 'D':
                set.AddOthers(Digits);
                break;
            case 's':
                set.Add(Spaces);
                break;
            case 'S':
                set.AddOthers(Spaces);
                break;
            case 'w':
                set.Add(WordCharacters);
                break;
            case 'W':
                set.AddOthers(WordCharacters);
                break;
            case 'p' or 'P':
                ReadCategory(set);
                return true;
            default:
                return false;
        }

        _position += 2;
        return true;
    }

    private void ReadCategory(RuneRanges set)
    {
        int start = _position;
        bool isNegated = _text[_position + 1] == 'P';
        _position += 2;
        string name;
        if (IsEnd)
        {
            throw Error("a category without a name", start);
        }

        if (Current == '{')
        {
            int end = _text.IndexOf('}', _position);
            name = end < 0 ? throw Error("a category without an end", start) : _text[(_position + 1)..end];
            _position = end + 1;
        }
        else
        {
            name = _text[_position++].ToString();
        }

        if (name.StartsWith('^'))
        {
            isNegated = !isNegated;
            name = name[1..];
        }

        if (name == "Any")
        {
            if (!isNegated)
            {
                set.Add(0, RuneRanges.Maximum);
            }

            return;
        }

        if (!s_categories.Contains(name))
        {
            throw Error("a script or category that is not supported (those are that have one or two letters, such as L or Nd)", start);
        }

        set.AddCategory($"\\{(isNegated ? 'P' : 'p')}{{{name}}}");
    }

    /// <summary>Reads an escape that stands for one character.</summary>
    private int ReadEscapedRune()
    {
        int start = _position++;
        if (IsEnd)
        {
            throw Error("a backslash with nothing behind it", start);
        }

        char c = _text[_position++];
        switch (c)
        {
            case 'a':
                return '\a';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'v':
                return '\v';
            case 'x':
                return ReadHexadecimal(start);
            case >= '1' and <= '7' when IsEnd || !IsOctal(Current):
                throw Error("a back reference, which is not supported,", start);
            case >= '0' and <= '7':
                int rune = c - '0';
                for (int i = 0; i < 2 && !IsEnd && IsOctal(Current); i++)
                {
                    rune = (rune * 8) + (_text[_position++] - '0');
                }

                return rune;
            case < '\x80' when !char.IsAsciiLetterOrDigit(c):
                return c;
            default:
                throw Error(c is '8' or '9' ? "a back reference, which is not supported," : "an unknown escape", start);
        }
    }

    private int ReadHexadecimal(int start)
    {
        int length = 2;
        int end = _position + 2;
        if (!IsEnd && Current == '{')
        {
            _position++;
            end = _text.IndexOf('}', _position);
            length = end - _position;
        }

        if (end < 0
            || end > _text.Length
            || length is < 1 or > 8
            || !int.TryParse(_text.AsSpan(_position, length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int rune)
            || rune is < 0 or > RuneRanges.Maximum)
        {
            throw Error("a hexadecimal escape that is no character", start);
        }

        _position = end < _text.Length && _text[end] == '}' && _text[_position - 1] == '{' ? end + 1 : end;
        return rune;
    }

    private void ReadClass()
    {
        int start = _position++;
        bool isNegated = Next("^");
        if (isNegated)
        {
            _position++;
        }

        var set = new RuneRanges();
        bool isFirst = true;
        while (true)
        {
            if (IsEnd)
            {
                throw Error("a class without a closing bracket", start);
            }

            if (Current == ']' && !isFirst)
            {
                _position++;
                break;
            }

            isFirst = false;
            if (!TryReadNamedClass(set) && !TryReadSet(set))
            {
                ReadRange(set);
            }
        }

        set.AppendTo(_output, isNegated, IsRepeated());
    }

    private bool TryReadNamedClass(RuneRanges set)
    {
        int end = Next("[:") ? _text.IndexOf(":]", _position + 2, StringComparison.Ordinal) : -1;
        if (end < 0)
        {
            return false;
        }

        string name = _text[(_position + 2)..end];
        bool isNegated = name.StartsWith('^');
        if (!s_classes.TryGetValue(isNegated ? name[1..] : name, out string? ends))
        {
            throw Error("an unknown class", _position);
        }

        if (isNegated)
        {
            set.AddOthers(ends);
        }
        else
        {
            set.Add(ends);
        }

        _position = end + 2;
        return true;
    }

    private void ReadRange(RuneRanges set)
    {
        int start = _position;
        int first = ReadClassRune();
        int last = first;
        if (_position + 1 < _text.Length && Current == '-' && _text[_position + 1] != ']')
        {
            _position++;
            last = ReadClassRune();
        }

        if (last < first)
        {
            throw Error("a range whose end lies before its begin", start);
        }

        set.Add(first, last);
    }

    private int ReadClassRune() => IsEnd ? throw Error("a class without a closing bracket", _position) : Current == '\\' ? ReadEscapedRune() : ReadRune();

    private void AppendLiteral(int rune)
    {
        if (rune > char.MaxValue)
        {
            var set = new RuneRanges();
            set.Add(rune, rune);
            set.AppendTo(_output, isNegated: false, isRepeated: false);
        }
        else if (char.IsAsciiLetterOrDigit((char)rune))
        {
            _output.Append((char)rune);
        }
        else
        {
            _output.Append(CultureInfo.InvariantCulture, $"\\u{rune:X4}");
        }
    }
}
