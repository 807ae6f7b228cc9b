namespace Skydive.Gremlin.Syntax;

/// <summary>
/// Makes a syntax tree of a text: <c>G</c>, then steps, each <c>.Name(argument, …)</c>. Knows no step and no predicate, only their shape.
/// </summary>
/// <remarks>
/// A single comma may follow the last argument. Skydive skips commas wherever they are, which hides mistakes; here a missing or doubled one
/// is an error.
/// </remarks>
internal ref struct Parser
{
    /// <summary>What may stand before steps that are an argument, as TinkerPop writes them.</summary>
    private const string Anonymous = "__";

    /// <summary>How long a query may be, in UTF-16 code units.</summary>
    public const int MaximumLength = 256 * 1024;

    /// <summary>
    /// How many steps a query may have, those in arguments included. Each is a stage that pulls from the one before it, so this bounds the
    /// depth of calls.
    /// </summary>
    public const int MaximumSteps = 256;

    /// <summary>How deep calls may stand in each other.</summary>
    public const int MaximumDepth = 16;

    private readonly string _text;
    private Lexer _lexer;
    private Token _token;
    private SourceSpan _previous;
    private int _steps;

    private Parser(string text)
    {
        _text = text;
        _lexer = new(text);
        _token = _lexer.Read();
    }

    /// <summary>Parses a query.</summary>
    /// <param name="text">The query.</param>
    /// <exception cref="GremlinException">The text does not follow the grammar.</exception>
    public static QuerySyntax Parse(string text)
    {
        if (text.Length > MaximumLength)
        {
            throw Diagnostics.Error(text, GremlinErrorReason.Syntax, new(MaximumLength, 0), $"the query has {text.Length} characters, more than {MaximumLength},");
        }

        return new Parser(text).ParseQuery();
    }

    private QuerySyntax ParseQuery()
    {
        if (_token.Kind != TokenKind.Name || !IsGraph(_token.Span))
        {
            throw Unexpected(["G"]);
        }

        var steps = new List<StepSyntax>();
        while (true)
        {
            CountStep();
            steps.Add(ParseStep());
            if (_token.Kind == TokenKind.End)
            {
                return new(_text, steps);
            }

            if (_token.Kind != TokenKind.Dot)
            {
                throw Unexpected([".", "end of the query"]);
            }

            Advance();
            if (_token.Kind != TokenKind.Name)
            {
                throw Unexpected(["a step"]);
            }
        }
    }

    private void CountStep()
    {
        if (_steps++ == MaximumSteps)
        {
            throw Error(_token.Span, $"the query has more than {MaximumSteps} steps");
        }
    }

    private StepSyntax ParseStep()
    {
        var name = _token.Span;
        bool isGraph = IsGraph(name);
        Advance();
        if (_token.Kind == TokenKind.LeftParenthesis)
        {
            var arguments = ParseArguments(0);
            return new(Slice(name), name, true, arguments, SourceSpan.Between(name, _previous));
        }

        return isGraph ? new(Slice(name), name, false, [], name) : throw Unexpected(["("]);
    }

    /// <summary>Parses arguments in parentheses; stands on the opening one, and afterwards behind the closing one.</summary>
    private List<ArgumentSyntax> ParseArguments(int depth)
    {
        var open = _token.Span;
        if (depth == MaximumDepth)
        {
            throw Error(open, $"calls stand in each other more than {MaximumDepth} deep");
        }

        Advance();
        var arguments = new List<ArgumentSyntax>();
        while (_token.Kind != TokenKind.RightParenthesis)
        {
            arguments.Add(ParseArgument(depth));
            if (_token.Kind == TokenKind.Comma)
            {
                Advance();
            }
            else if (_token.Kind != TokenKind.RightParenthesis)
            {
                throw Unexpected([",", ")"]);
            }
        }

        Advance();
        return arguments;
    }

    private ArgumentSyntax ParseArgument(int depth)
    {
        var token = _token;
        switch (token.Kind)
        {
            case TokenKind.Text or TokenKind.Number:
                Advance();
                return new LiteralSyntax(token.Value, token.Span);
            case TokenKind.Name:
                string name = Slice(token.Span);
                Advance();
                if (name == Anonymous)
                {
                    return _token.Kind == TokenKind.Dot ? ParseTraversal(token.Span, [], depth) : throw Unexpected(["."]);
                }

                if (_token.Kind == TokenKind.LeftParenthesis)
                {
                    var arguments = ParseArguments(depth + 1);
                    var call = new CallSyntax(name, token.Span, arguments, SourceSpan.Between(token.Span, _previous));
                    return _token.Kind == TokenKind.Dot ? ParseTraversal(token.Span, [.. call.ToTraversal().Steps], depth) : call;
                }

                if (name.Equals("true", StringComparison.OrdinalIgnoreCase) || name.Equals("false", StringComparison.OrdinalIgnoreCase))
                {
                    return new LiteralSyntax(name.Length == 4, token.Span);
                }

                return new WordSyntax(name, token.Span);
            default:
                throw Unexpected(["an argument", ")"]);
        }
    }

    /// <summary>Parses the rest of steps that stand as an argument, from a full stop on.</summary>
    private TraversalSyntax ParseTraversal(SourceSpan first, List<StepSyntax> steps, int depth)
    {
        while (_token.Kind == TokenKind.Dot)
        {
            CountStep();
            Advance();
            if (_token.Kind != TokenKind.Name)
            {
                throw Unexpected(["a step"]);
            }

            var name = _token.Span;
            Advance();
            if (_token.Kind != TokenKind.LeftParenthesis)
            {
                throw Unexpected(["("]);
            }

            var arguments = ParseArguments(depth + 1);
            steps.Add(new(Slice(name), name, true, arguments, SourceSpan.Between(name, _previous)));
        }

        return new(steps, SourceSpan.Between(first, _previous));
    }

    private void Advance()
    {
        _previous = _token.Span;
        _token = _lexer.Read();
    }

    private readonly bool IsGraph(SourceSpan name) => name.Length == 1 && _text[name.Start] is 'G' or 'g';

    private readonly string Slice(SourceSpan span) => _text.Substring(span.Start, span.Length);

    private readonly GremlinException Error(SourceSpan span, string message) => Diagnostics.Error(_text, GremlinErrorReason.Syntax, span, message);

    private readonly GremlinException Unexpected(IReadOnlyList<string> expected)
    {
        string found = _token.Kind == TokenKind.End ? "unexpected end of the query" : $"unexpected {Diagnostics.Excerpt(_text, _token.Span)}";
        return Diagnostics.Error(_text, GremlinErrorReason.Syntax, _token.Span, found, expected, $"expected {string.Join(" or ", expected)}");
    }
}
