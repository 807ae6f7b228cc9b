using System.Diagnostics.CodeAnalysis;
using Skydive.Contracts.Metadata;

namespace Skydive.Analyzer.Fabric;

/// <summary>Reads the lines of a <see cref="FabricDefinition"/>. For one use.</summary>
internal sealed class FabricParser
{
    private const int MaximumLines = 10_000;
    private const int MaximumChain = 16;

    // What says what a node or an edge is follows from the definition as a whole.
    private static readonly string[] s_reservedNodeKeys = ["TID", "Probe"];
    private static readonly string[] s_reservedLinkKeys = ["RelationType"];

    private readonly Dictionary<string, Dictionary<string, string>> _nodes = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];
    private readonly List<FabricLink> _links = [];
    private readonly List<FabricSelector> _selectors = [];
    private readonly List<FabricProblem> _problems = [];
    private string _line = string.Empty;
    private int _number;
    private int _position;

    /// <summary>Reads all lines.</summary>
    public FabricDefinition Parse(IReadOnlyList<string> lines, out IReadOnlyList<FabricProblem> problems)
    {
        foreach (string line in lines.Take(MaximumLines))
        {
            _line = line;
            _number++;
            _position = 0;
            int known = _names.Count;
            if (!TryReadLine() && _names.Count > known)
            {
                // A line with an error defines nothing.
                foreach (string name in _names[known..])
                {
                    _nodes.Remove(name);
                }

                _names.RemoveRange(known, _names.Count - known);
            }
        }

        if (lines.Count > MaximumLines)
        {
            _problems.Add(new(true, MaximumLines + 1, 1, $"more than {MaximumLines} lines"));
        }

        problems = _problems;
        return new([.. _names.Select(ToNode)], _links, _selectors);
    }

    private FabricNode ToNode(string name)
    {
        string id = FabricNode.IdOf(name);
        var metadata = new MetadataBuilder().Set("Name", name).Set("Type", "device");
        foreach (var (key, value) in _nodes[name])
        {
            metadata.Set(key, value);
        }

        return new(id, metadata.Set("Probe", "fabric").Set("TID", id).Build());
    }

    private bool TryReadLine()
    {
        SkipSpace();
        if (Current == '*')
        {
            return Fail("a selector such as *[Type=host]/eth0 can only stand at the end; expected a node such as TOR1");
        }

        if (!TryReadNode(out string? parent) || !TryReadArrow(out bool isOwnership))
        {
            return false;
        }

        var link = new Dictionary<string, string>(StringComparer.Ordinal);
        SkipSpace();
        if (Current == '[' && !TryReadAttributes(link, s_reservedLinkKeys))
        {
            return false;
        }

        var metadata = new MetadataBuilder().Set("Type", "fabric");
        foreach (var (key, value) in link)
        {
            metadata.Set(key, value);
        }

        SkipSpace();
        if (Current == '*')
        {
            if (!TryReadChain(out var chain) || !TryReadEnd())
            {
                return false;
            }

            _selectors.Add(new(FabricNode.IdOf(parent), chain, metadata.Build()));
            return true;
        }

        int start = _position;
        if (!TryReadNode(out string? child) || !TryReadEnd())
        {
            return false;
        }

        if (child == parent)
        {
            return Fail("a node cannot be linked with itself", start);
        }

        _links.Add(new(FabricNode.IdOf(parent), FabricNode.IdOf(child), isOwnership, metadata.Build()));
        return true;
    }

    /// <summary>Reads <c>name[attributes]</c>. What a node is said to be first counts.</summary>
    private bool TryReadNode([NotNullWhen(true)] out string? name)
    {
        if (!TryReadName(isInChain: false, out name))
        {
            return false;
        }

        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        int start = _position;
        if (Current == '[' && !TryReadAttributes(attributes, s_reservedNodeKeys))
        {
            return false;
        }

        if (!_nodes.TryGetValue(name, out var known))
        {
            _nodes.Add(name, attributes);
            _names.Add(name);
            return true;
        }

        foreach (var (key, value) in attributes)
        {
            if (!known.TryAdd(key, value) && known[key] != value)
            {
                _problems.Add(new(false, _number, start + 1, $"{name} has {key}={known[key]} already; {key}={value} is left out"));
            }
        }

        return true;
    }

    private bool TryReadChain(out IReadOnlyList<IReadOnlyDictionary<string, string>> chain)
    {
        var segments = new List<IReadOnlyDictionary<string, string>>();
        chain = segments;
        while (true)
        {
            if (!TryReadName(isInChain: true, out string? name))
            {
                return false;
            }

            var segment = new Dictionary<string, string>(StringComparer.Ordinal);
            if (name != "*")
            {
                segment.Add("Name", name);
            }

            if (Current == '[' && !TryReadAttributes(segment, []))
            {
                return false;
            }

            segments.Add(segment);
            SkipSpace();
            if (Current != '/')
            {
                return segments.Count > 1 || Fail("expected '/' and what is selected of these nodes, such as *[Type=host]/eth0");
            }

            if (segments.Count >= MaximumChain)
            {
                return Fail($"more than {MaximumChain} parts");
            }

            _position++;
            SkipSpace();
        }
    }

    /// <summary>Reads up to what cannot be part of a name; between the parts of a chain, a slash cannot either.</summary>
    private bool TryReadName(bool isInChain, [NotNullWhen(true)] out string? name)
    {
        SkipSpace();
        int start = _position;
        while (_position < _line.Length && _line[_position] is not ('[' or ']' or ',' or '=' or '"') && (_line[_position] != '/' || !isInChain) && !IsArrow())
        {
            _position++;
        }

        name = _line[start.._position].TrimEnd();
        if (name.Length == 0)
        {
            _position = start;
            return Fail("expected a name");
        }

        return true;
    }

    private bool TryReadArrow(out bool isOwnership)
    {
        isOwnership = false;
        SkipSpace();
        int start = _position;
        while (Current == '-')
        {
            _position++;
        }

        int dashes = _position - start;
        if (dashes is not (1 or 2) || Current != '>')
        {
            _position = start;
            return Fail("expected '->' or '-->'");
        }

        _position++;
        isOwnership = dashes == 1;
        return true;
    }

    /// <summary>Reads <c>[key=value, …]</c>, with quotes around key and value if wanted.</summary>
    private bool TryReadAttributes(Dictionary<string, string> attributes, string[] reserved)
    {
        _position++;
        SkipSpace();
        if (Current == ']')
        {
            _position++;
            return true;
        }

        while (true)
        {
            SkipSpace();
            int start = _position;
            if (!TryReadText("=", out string? key))
            {
                return false;
            }

            if (key.Length == 0 || Current != '=')
            {
                return Fail("expected 'key=value'", start);
            }

            if (reserved.Contains(key, StringComparer.Ordinal))
            {
                return Fail($"{key} cannot be set", start);
            }

            if (key.AsSpan().Count('.') >= MetadataJson.MaximumDepth / 2)
            {
                return Fail("a key has too many dots", start);
            }

            _position++;
            SkipSpace();
            if (!TryReadText(",]", out string? value))
            {
                return false;
            }

            if (!attributes.TryAdd(key, value))
            {
                return Fail($"{key} is there twice", start);
            }

            if (Current == ']')
            {
                _position++;
                return true;
            }

            if (Current != ',')
            {
                return Fail("expected ',' or ']'");
            }

            _position++;
        }
    }

    private bool TryReadText(string ends, [NotNullWhen(true)] out string? text)
    {
        text = null;
        int start = _position;
        if (Current == '"')
        {
            int end = _line.IndexOf('"', start + 1);
            if (end < 0)
            {
                return Fail("expected '\"' at the end of the text");
            }

            text = _line[(start + 1)..end];
            _position = end + 1;
            SkipSpace();
            return true;
        }

        while (_position < _line.Length && !ends.Contains(_line[_position], StringComparison.Ordinal) && _line[_position] is not ('[' or ']'))
        {
            _position++;
        }

        text = _line[start.._position].Trim();
        return true;
    }

    private bool TryReadEnd()
    {
        SkipSpace();
        return _position >= _line.Length || Fail("expected the end of the line");
    }

    private char Current => _position < _line.Length ? _line[_position] : '\0';

    // Dashes may be part of a name; before an angle they are not.
    private bool IsArrow() => Current == '-' && _line.AsSpan(_position).TrimStart('-').StartsWith(">", StringComparison.Ordinal);

    private void SkipSpace()
    {
        while (_position < _line.Length && char.IsWhiteSpace(_line[_position]))
        {
            _position++;
        }
    }

    private bool Fail(string message) => Fail(message, _position);

    private bool Fail(string message, int position)
    {
        _problems.Add(new(true, _number, position + 1, $"'{_line}': {message}"));
        return false;
    }
}
