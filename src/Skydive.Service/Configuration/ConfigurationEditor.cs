using Skydive.Agent.MetadataFiles;
using Skydive.Contracts.Metadata;
using YamlDotNet.Core;
using YamlDotNet.Core.Tokens;
using YamlDotNet.RepresentationModel;

namespace Skydive.Service.Configuration;

/// <summary>
/// Changes one setting in the text of a configuration file and leaves everything else as it is: comments, order, spaces, quotes, ends of lines.
/// The text is edited at the places that the YAML parser tells; what comes out is read again and compared before it is given, so that a file
/// whose form does not allow the change (an alias, a comment inside of what is replaced) is refused and not damaged.
/// </summary>
internal sealed class ConfigurationEditor
{
    private readonly string _text;
    private readonly string _newLine;
    private readonly string _key;
    private readonly SettingDefinition _definition;
    private readonly IReadOnlyList<string> _values;
    private readonly MetadataValue _tree;

    private ConfigurationEditor(string text, string key, SettingDefinition definition, IReadOnlyList<string> values, MetadataValue tree)
    {
        _text = text;
        _newLine = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        _key = key;
        _definition = definition;
        _values = values;
        _tree = tree;
    }

    /// <summary>Sets a setting.</summary>
    /// <param name="text">The text of the file.</param>
    /// <param name="key">The key.</param>
    /// <param name="values">The value; the elements of a list, which may be none.</param>
    /// <returns>The text with the change.</returns>
    /// <exception cref="ConfigurationEditException">The key is not known, the value is not valid, or the file cannot be edited; the message says which and why.</exception>
    public static string Set(string text, string key, IReadOnlyList<string> values)
    {
        var definition = FindDefinition(key);
        object value = values.ToArray();
        if (definition.Type != SettingType.TextList)
        {
            if (values.Count != 1)
            {
                throw new ConfigurationEditException($"{key}: takes one value, not {values.Count}");
            }

            if (SettingParser.Parse(definition, values[0], out value) is { } expected)
            {
                throw new ConfigurationEditException(definition.IsSecret ? $"{key}: not valid: {expected}" : $"{key}: '{values[0]}' is not valid: {expected}");
            }
        }

        var before = Load(text);
        string edited;
        try
        {
            edited = new ConfigurationEditor(text, key, definition, values, value is MetadataValue tree ? tree : default).Edit();
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new ConfigurationEditException($"{key}: the form of the file does not allow to set this key here: edit it by hand ({e.ParamName})");
        }

        Verify(text, edited, key, value, before);
        return edited;
    }

    /// <summary>The definition of a key that can be set.</summary>
    /// <exception cref="ConfigurationEditException">There is none.</exception>
    public static SettingDefinition FindDefinition(string key)
    {
        var definition = SettingDefinitions.Find(key);
        if (definition is not null && key.Split('.').All(static part => part.Length > 0 && part != "*" && !part.Any(static character => char.IsWhiteSpace(character) || char.IsControl(character))))
        {
            return definition;
        }

        string? nearest = SettingDefinitions.FindNearest(key);
        throw new ConfigurationEditException(
            definition is not null ? $"{key}: put a name for the * or between the dots"
            : $"unknown key '{key}'" + (nearest is null ? string.Empty : $"; did you mean '{nearest}'?"));
    }

    private static ConfigurationLoader Load(string text)
    {
        var loader = new ConfigurationLoader();
        loader.AddText(string.Empty, text);
        return loader.IsReadable ? loader : throw new ConfigurationEditException($"the file is not valid YAML: {loader.Problems[0].Where}: {loader.Problems[0].Message}".Replace(": :", ": line ", StringComparison.Ordinal));
    }

    /// <summary>Makes sure that the text says what it should and all that it said before.</summary>
    private static void Verify(string text, string edited, string key, object value, ConfigurationLoader before)
    {
        var after = new ConfigurationLoader();
        after.AddText(string.Empty, edited);
        bool isSet = after.IsReadable && after.Settings.TryGetValue(key, out var setting) && AreSame(setting.Value, value);
        bool isRestSame = isSet
            && after.Settings.Count == before.Settings.Count + (before.Settings.ContainsKey(key) ? 0 : 1)
            && before.Settings.Values.All(old => old.Key == key || (after.Settings.TryGetValue(old.Key, out var now) && AreSame(old.Value, now.Value)))
            && after.Problems.All(problem => before.Problems.Any(old => old.Message == problem.Message));
        if (!isRestSame || !Comments(text).SequenceEqual(Comments(edited)))
        {
            throw new ConfigurationEditException($"{key}: the form of the file (an alias, or a comment inside of the value) does not allow to change this alone: edit it by hand");
        }
    }

    private static bool AreSame(object left, object right) => left is string[] list ? right is string[] other && list.SequenceEqual(other) : left.Equals(right);

    private static List<string> Comments(string text)
    {
        var comments = new List<string>();
        var scanner = new Scanner(new StringReader(text), skipComments: false);
        while (scanner.MoveNext())
        {
            if (scanner.Current is Comment comment)
            {
                comments.Add(comment.Value.Trim());
            }
        }

        return comments;
    }

    private string Edit()
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(_text));
        var places = new List<Place>();
        foreach (var document in stream.Documents)
        {
            if (document.RootNode is YamlMappingNode root)
            {
                Collect(root, string.Empty, 0, places);
            }
        }

        // The last one that has a value is the one that counts.
        var exact = places.Where(place => place.Key == _key).ToList();
        if (exact.FindLast(static place => !IsNothing(place.Value)) is { } set)
        {
            return Replace(set);
        }

        if (exact.Count > 0)
        {
            return Fill(exact[^1], AfterColon(exact[^1]));
        }

        // The deepest section that there is; of several the last.
        var section = places.Where(place => _key.StartsWith(place.Key + ".", StringComparison.Ordinal) && (place.Value is YamlMappingNode || IsNothing(place.Value)))
            .OrderBy(static place => place.Key.Length).LastOrDefault();
        return section is { Value: YamlMappingNode inner } ? Insert(inner, _key[(section.Key.Length + 1)..], section)
            : section is not null ? InsertBelow(section, _key[(section.Key.Length + 1)..])
            : stream.Documents.Select(static document => document.RootNode).OfType<YamlMappingNode>().LastOrDefault() is { } root1 ? Insert(root1, _key, null)
            : Append();
    }

    private static void Collect(YamlMappingNode mapping, string prefix, int depth, List<Place> places)
    {
        foreach (var (keyNode, value) in mapping.Children)
        {
            if (keyNode is YamlScalarNode { Value: { } name } key)
            {
                places.Add(new(prefix + name, key, value, mapping));
                if (value is YamlMappingNode inner && depth < MetadataFormats.MaximumDepth && SettingDefinitions.Find(prefix + name) is null)
                {
                    Collect(inner, prefix + name + ".", depth + 1, places);
                }
            }
        }
    }

    private static bool IsNothing(YamlNode node) => node is YamlScalarNode { Value: "" or "~" or "null", Style: ScalarStyle.Plain } or YamlScalarNode { Value: null };

    private string Replace(Place place)
    {
        switch (place.Value)
        {
            case YamlScalarNode scalar when _definition.Type is not (SettingType.TextList or SettingType.Map or SettingType.MapList):
                var (start, end) = Span(scalar);
                return Splice(start, end, YamlScalarText.Write(_values[0], scalar.Style));
            case YamlSequenceNode { Style: not YamlDotNet.Core.Events.SequenceStyle.Flow } sequence when _definition.Type == SettingType.TextList && sequence.Children.All(static child => child is YamlScalarNode):
                return ReplaceItems(place, sequence);
            case YamlSequenceNode { Style: not YamlDotNet.Core.Events.SequenceStyle.Flow } or YamlMappingNode { Style: not YamlDotNet.Core.Events.MappingStyle.Flow }:
                int colon = AfterColon(place);
                return Splice(colon, EndOf(place.Value), " " + Inline());
            default:
                var (first, last) = Span(place.Value);
                return Splice(first, last, Inline());
        }
    }

    /// <summary>Changes the items of a list one by one, so that what is said of each stays beside it.</summary>
    private string ReplaceItems(Place place, YamlSequenceNode sequence)
    {
        var changes = new List<(int Start, int End, string Text)>();
        int count = sequence.Children.Count;
        for (int i = 0; i < count; i++)
        {
            var item = (YamlScalarNode)sequence.Children[i];
            var (start, end) = Span(item);
            if (i < _values.Count)
            {
                if ((item.Value ?? string.Empty) != _values[i])
                {
                    changes.Add((start, end, YamlScalarText.Write(_values[i], item.Style)));
                }
            }
            else
            {
                int dash = _text.LastIndexOf('-', start - 1);
                int line = LineStart(dash);
                int next = LineEnd(end);
                bool isAlone = _text.AsSpan(line, dash - line).IsWhiteSpace() && _text.AsSpan(end, next - end).IsWhiteSpace();
                changes.Add(isAlone ? (line, AfterLine(next), string.Empty) : (dash, next - _text.AsSpan(end, next - end).TrimStart().Length, string.Empty));
            }
        }

        if (_values.Count == 0)
        {
            int colon = AfterColon(place);
            changes.Insert(0, (colon, colon, " []"));
        }
        else if (_values.Count > count)
        {
            var (start, end) = Span(sequence.Children[^1]);
            int dash = _text.LastIndexOf('-', start - 1);
            string indent = new(' ', dash - LineStart(dash));
            int at = LineEnd(end);
            changes.Add((at, at, string.Concat(_values.Skip(count).Select(value => $"{_newLine}{indent}- {YamlScalarText.Write(value)}"))));
        }

        string edited = _text;
        foreach (var (start, end, text) in changes.OrderByDescending(static change => change.Start))
        {
            edited = string.Concat(edited.AsSpan(0, start), text, edited.AsSpan(end));
        }

        return edited;
    }

    private string Insert(YamlMappingNode mapping, string name, Place? section)
    {
        if (mapping.Style == YamlDotNet.Core.Events.MappingStyle.Flow)
        {
            var (start, end) = Span(mapping);
            return mapping.Children.Count == 0
                ? Splice(start, end, $"{{{name}: {Inline()}}}")
                : Splice(EndOf(mapping.Children.Last().Value), EndOf(mapping.Children.Last().Value), $", {name}: {Inline()}");
        }

        var first = mapping.Children.First().Key;
        int indent = (int)first.Start.Column - 1;

        // A block that is begun on the line of its parent, such as after "---" or "-", cannot be continued by a line of the same look.
        int lineStart = LineStart((int)first.Start.Index);
        string lead = _text.AsSpan(lineStart, indent).IsWhiteSpace() ? _text.Substring(lineStart, indent) : new string(' ', indent);
        int from = section is null ? 0 : LineEnd(EndOf(section.KeyNode));
        return InsertLine(from, EndOfLast(mapping), lead, name, mapping.Children.Keys.Any(static key => key is YamlScalarNode { Value: { } text } && text.Contains('.', StringComparison.Ordinal)));
    }

    private string InsertBelow(Place section, string name)
    {
        if (section.Parent.Style == YamlDotNet.Core.Events.MappingStyle.Flow)
        {
            return Splice(AfterColon(section), EndOf(section.Value) > AfterColon(section) ? EndOf(section.Value) : AfterColon(section), $" {{{name}: {Inline()}}}");
        }

        int keyStart = (int)section.KeyNode.Start.Index;
        string outer = _text[LineStart(keyStart)..keyStart];
        int end = Math.Max(AfterColon(section), EndOf(section.Value));

        // "~" is nothing, too, and would be a value beside what is put below.
        if (section.Value is YamlScalarNode { Value.Length: > 0 })
        {
            return new ConfigurationEditor(Splice(AfterColon(section), end, string.Empty), _key, _definition, _values, _tree).Edit();
        }

        return InsertLine(LineEnd(end), end, (outer.All(char.IsWhiteSpace) ? outer : new string(' ', outer.Length)) + "  ", name);
    }

    /// <summary>
    /// Adds a line to a block: below the comment that shows this key, where there is one, else at the end.
    /// </summary>
    /// <param name="from">Where the block begins.</param>
    /// <param name="end">Where its last value ends.</param>
    /// <param name="indent">What its lines begin with.</param>
    /// <param name="name">The rest of the key.</param>
    /// <param name="isDotted">Whether the rest is written with dots, as others of the block are, and not as sections.</param>
    private string InsertLine(int from, int end, string indent, string name, bool isDotted = false)
    {
        string[] parts = isDotted ? [name] : name.Split('.');
        string line = string.Join(_newLine, parts.Select((part, i) => $"{indent}{new string(' ', 2 * i)}{part}:{(i == parts.Length - 1 ? " " + Inline() : string.Empty)}"));
        int at = LineEnd(end);
        for (int start = LineStart(from); start < _text.Length; start = AfterLine(LineEnd(start)))
        {
            var shown = _text.AsSpan(start, LineEnd(start) - start);
            var content = shown.TrimStart();
            bool isComment = content.StartsWith("#");

            // Behind the last value, the block goes on as long as comments stand as far in as its lines.
            if (start > end && (!isComment || shown.Length - content.Length < indent.Length))
            {
                if (content.IsEmpty)
                {
                    continue;
                }

                break;
            }

            if (isComment && shown.Length - content.Length == indent.Length && content[1..].TrimStart().StartsWith(name + ":", StringComparison.Ordinal))
            {
                at = EndOfExample(LineEnd(start), indent.Length);
                break;
            }
        }

        bool needsLine = at > 0 && at == _text.Length && _text[at - 1] != '\n';
        return at == _text.Length && !needsLine ? _text + line + _newLine : Splice(at, at, _newLine + line);
    }

    /// <summary>The end of what a commented key shows as its value on further lines.</summary>
    private int EndOfExample(int lineEnd, int indent)
    {
        int end = lineEnd;
        for (int start = AfterLine(lineEnd); start < _text.Length; start = AfterLine(end))
        {
            var line = _text.AsSpan(start, LineEnd(start) - start);
            var content = line.TrimStart();
            if (line.Length - content.Length != indent || !(content.StartsWith("#   ") || content.StartsWith("# - ")))
            {
                break;
            }

            end = LineEnd(start);
        }

        return end;
    }

    private string Append()
    {
        // A file of comments alone may show the key in one of them.
        if (_text.AsSpan().Trim().Length > 0 && !_text.Contains("---", StringComparison.Ordinal))
        {
            return InsertLine(0, Math.Max(0, _text.TrimEnd().Length - 1), string.Empty, _key);
        }

        string gap = _text.Length > 0 && _text[^1] != '\n' ? _newLine : string.Empty;
        return $"{_text}{gap}{_key}: {Inline()}{_newLine}";
    }

    private string Fill(Place place, int colon) =>
        Splice(colon, Math.Max(colon, place.Value is YamlScalarNode { Value.Length: > 0 } ? EndOf(place.Value) : colon), " " + Inline());

    /// <summary>The value on one line.</summary>
    private string Inline() => _definition.Type switch
    {
        SettingType.TextList => $"[{string.Join(", ", _values.Select(static value => YamlScalarText.Write(value)))}]",
        SettingType.Map or SettingType.MapList => _values[0].Trim() is ['{' or '[', ..] flow && !flow.AsSpan().ContainsAny("\r\n#") ? flow : MetadataJson.ToJson(_tree),
        _ => YamlScalarText.Write(_values[0]),
    };

    private int AfterColon(Place place)
    {
        int colon = _text.IndexOf(':', (int)place.KeyNode.End.Index);
        return colon >= 0 ? colon + 1 : throw new ArgumentOutOfRangeException(nameof(place));
    }

    private (int Start, int End) Span(YamlNode node) => ((int)node.Start.Index, EndOf(node));

    /// <summary>The end of the last thing in a node: the parser tells that of scalars only.</summary>
    private int EndOf(YamlNode node) => node switch
    {
        YamlMappingNode { Style: YamlDotNet.Core.Events.MappingStyle.Flow } mapping => AfterCloser(mapping.Children.Count == 0 ? (int)mapping.Start.Index + 1 : EndOfLast(mapping), '}'),
        YamlSequenceNode { Style: YamlDotNet.Core.Events.SequenceStyle.Flow } sequence => AfterCloser(sequence.Children.Count == 0 ? (int)sequence.Start.Index + 1 : EndOf(sequence.Children[^1]), ']'),
        YamlMappingNode { Children.Count: > 0 } mapping => EndOfLast(mapping),
        YamlSequenceNode { Children.Count: > 0 } sequence => EndOf(sequence.Children[^1]),
        YamlScalarNode { Style: ScalarStyle.Literal or ScalarStyle.Folded } => Math.Max(0, _text.AsSpan(0, Math.Min(_text.Length, (int)node.End.Index)).TrimEnd().Length),
        YamlScalarNode { Value: null or "", Style: ScalarStyle.Plain } => 0,
        _ => (int)node.End.Index,
    };

    private int EndOfLast(YamlMappingNode mapping) => Math.Max(EndOf(mapping.Children.Last().Key), EndOf(mapping.Children.Last().Value));

    /// <summary>Behind the bracket that ends a list or map; between its last element and the bracket stand blanks, commas and comments only.</summary>
    private int AfterCloser(int index, char closer)
    {
        while (_text[index] != closer)
        {
            index = _text[index] == '#' ? LineEnd(index) : index + 1;
            if (index >= _text.Length)
            {
                throw new ArgumentOutOfRangeException(nameof(index));
            }
        }

        return index + 1;
    }

    private string Splice(int start, int end, string text) => string.Concat(_text.AsSpan(0, start), text, _text.AsSpan(end));

    private int LineStart(int index) => index == 0 ? 0 : _text.LastIndexOf('\n', index - 1) + 1;

    /// <summary>Where the line ends, before its line break.</summary>
    private int LineEnd(int index)
    {
        int end = _text.IndexOf('\n', index);
        return end < 0 ? _text.Length : end > index && _text[end - 1] == '\r' ? end - 1 : end;
    }

    private int AfterLine(int lineEnd) => lineEnd >= _text.Length ? _text.Length : _text.IndexOf('\n', lineEnd) + 1;

    /// <summary>A key in the file.</summary>
    private sealed record Place(string Key, YamlScalarNode KeyNode, YamlNode Value, YamlMappingNode Parent);
}
