using Skydive.Gremlin.Syntax;

namespace Skydive.Gremlin.Language;

/// <summary>One shape that an argument list may have: some parameters, then a group that is repeated, then some parameters.</summary>
internal sealed class Signature
{
    private readonly Parameter[] _leading;
    private readonly Parameter[] _group;
    private readonly Parameter[] _trailing;
    private readonly int _minimum;

    private Signature(Parameter[] leading, Parameter[] group, int minimum, Parameter[] trailing)
    {
        _leading = leading;
        _group = group;
        _minimum = minimum;
        _trailing = trailing;
    }

    /// <summary>No arguments.</summary>
    public static Signature None { get; } = Of();

    /// <summary>Any number of pairs of key and value.</summary>
    public static Signature Pairs { get; } = Repeat(0, Parameter.Key, Parameter.Value);

    /// <summary>Any number of pairs of key and value, then a depth.</summary>
    public static Signature PairsThenDepth { get; } = new([], [Parameter.Key, Parameter.Value], 0, [Parameter.Depth]);

    /// <summary>A pair of key and value, or several.</summary>
    public static Signature SomePairs { get; } = Repeat(1, Parameter.Key, Parameter.Value);

    /// <summary>Exactly these parameters.</summary>
    public static Signature Of(params Parameter[] parameters) => new(parameters, [], 0, []);

    /// <summary>A group that is repeated.</summary>
    /// <param name="minimum">How often it must stand there at least.</param>
    /// <param name="group">The group.</param>
    public static Signature Repeat(int minimum, params Parameter[] group) => new([], group, minimum, []);

    /// <summary>Whether an argument of a type may stand anywhere in it.</summary>
    public bool Takes(ParameterType type) => _leading.Concat(_group).Concat(_trailing).Any(parameter => parameter.Type == type);

    /// <summary>Whether a list of this many arguments may have this shape.</summary>
    public bool AcceptsCount(int count)
    {
        int rest = count - _leading.Length - _trailing.Length;
        return _group.Length == 0 ? rest == 0 : rest >= _minimum * _group.Length && rest % _group.Length == 0;
    }

    /// <summary>The first argument that may not stand where it does; -1 when all may. The count must fit.</summary>
    public int FirstRefused(IReadOnlyList<ArgumentSyntax> arguments)
    {
        for (int i = 0; i < arguments.Count; i++)
        {
            if (!ParameterAt(i, arguments.Count).Accepts(arguments[i]))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>The parameter for an argument.</summary>
    /// <param name="index">Which argument.</param>
    /// <param name="count">How many there are.</param>
    public Parameter ParameterAt(int index, int count)
    {
        if (index < _leading.Length)
        {
            return _leading[index];
        }

        int fromEnd = count - index;
        return fromEnd <= _trailing.Length ? _trailing[^fromEnd] : _group[(index - _leading.Length) % _group.Length];
    }

    /// <summary>The parameters that an argument may be for, whatever follows it.</summary>
    /// <param name="index">Which argument.</param>
    public IEnumerable<Parameter> PossibleAt(int index)
    {
        if (index < _leading.Length)
        {
            return [_leading[index]];
        }

        int rest = index - _leading.Length;
        if (_group.Length == 0)
        {
            return rest < _trailing.Length ? [_trailing[rest]] : [];
        }

        var inGroup = _group[rest % _group.Length];
        return rest % _group.Length == 0 && _trailing.Length > 0 ? [inGroup, _trailing[0]] : [inGroup];
    }

    /// <summary>How it is called, for people: <c>Has(key, value, …)</c>.</summary>
    /// <param name="name">The name of the step or predicate.</param>
    public string Usage(string name)
    {
        var parts = _leading.Select(static parameter => parameter.Name).ToList();
        if (_group.Length > 0)
        {
            parts.AddRange(_group.Select(static parameter => parameter.Name));
            parts.Add("…");
        }

        parts.AddRange(_trailing.Select(static parameter => parameter.Name));
        return $"{name}({string.Join(", ", parts)})";
    }
}
