using Skydive.Gremlin.Language;
using Skydive.Gremlin.Syntax;

namespace Skydive.Gremlin.Completion;

/// <summary>What stands before the cursor, as far as it can be read: finished steps and arguments, and what is being written.</summary>
internal sealed class OpenQuery
{
    private readonly string _text;
    private readonly List<OpenFrame> _frames = [new()];
    private Token? _name;
    private Token _last;

    private OpenQuery(string text) => _text = text;

    /// <summary>The open parts, the outermost first.</summary>
    public IReadOnlyList<OpenFrame> Frames => _frames;

    /// <summary>Where what is being written begins: a name or a text before the cursor, or the cursor.</summary>
    public int Start { get; private set; }

    /// <summary>What was written of it, without a quote.</summary>
    public string Prefix { get; private set; } = string.Empty;

    /// <summary>The quote of a text that is being written; null when it is none.</summary>
    public char? Quote { get; private set; }

    /// <summary>Whether a full stop stands before the place, so that a step is expected.</summary>
    public bool IsAfterDot => _last.Kind == TokenKind.Dot;

    /// <summary>Whether nothing stands before the place.</summary>
    public bool IsEmpty => _last.Kind == TokenKind.End;

    /// <summary>Reads what stands before a cursor.</summary>
    /// <param name="text">What stands before it.</param>
    /// <returns>Null when nothing can be said about the place: what stands before it is no begin of a query.</returns>
    public static OpenQuery? Read(string text)
    {
        var query = new OpenQuery(text);
        var lexer = new Lexer(text);
        try
        {
            while (lexer.Read() is { Kind: not TokenKind.End } token)
            {
                if (token.Kind == TokenKind.Name && token.Span.End == text.Length)
                {
                    query.Start = token.Span.Start;
                    query.Prefix = query.Slice(token.Span);
                    return query;
                }

                if (!query.Take(token))
                {
                    return null;
                }
            }
        }
        catch (GremlinException e) when (e.Offset is { } offset && offset < text.Length && text[offset] is '"' or '\'' && e.Expected.Count > 0)
        {
            // A text without its end is being written.
            query.Start = e.Offset!.Value;
            query.Quote = text[query.Start];
            query.Prefix = text[(query.Start + 1)..];
            return query;
        }
        catch (GremlinException)
        {
            return null;
        }

        query.Start = text.Length;
        return query;
    }

    private string Slice(SourceSpan span) => _text.Substring(span.Start, span.Length);

    private bool Take(Token token)
    {
        bool isTaken = token.Kind switch
        {
            TokenKind.Name => TakeName(token),
            TokenKind.LeftParenthesis => Open(),
            TokenKind.RightParenthesis => Close(token),
            TokenKind.Dot => TakeDot(),
            TokenKind.Comma => TakeComma(),
            _ => TakeLiteral(token),
        };
        _last = token;
        return isTaken && _frames.Count <= 2 * Parser.MaximumDepth;
    }

    private bool TakeName(Token token)
    {
        EndName();
        _name = token;
        return true;
    }

    /// <summary>A name without parentheses: G, or a word as an argument.</summary>
    private void EndName()
    {
        if (_name is not { } name)
        {
            return;
        }

        _name = null;
        var frame = _frames[^1];
        string text = Slice(name.Span);
        if (frame.Name is null)
        {
            frame.Steps.Add(new(text, name.Span, false, [], name.Span));
        }
        else
        {
            bool isTruth = text.Equals("true", StringComparison.OrdinalIgnoreCase) || text.Equals("false", StringComparison.OrdinalIgnoreCase);
            frame.Arguments.Add(isTruth ? new LiteralSyntax(text.Length == 4, name.Span) : new WordSyntax(text, name.Span));
            frame.IsAfterArgument = true;
        }
    }

    private bool Open()
    {
        if (_name is not { } name)
        {
            return false;
        }

        _name = null;
        _frames.Add(new(name));
        return true;
    }

    private bool Close(Token token)
    {
        EndName();
        EndNested();
        if (_frames[^1] is not { Name: { } name } frame)
        {
            return false;
        }

        _frames.RemoveAt(_frames.Count - 1);
        var parent = _frames[^1];
        var span = SourceSpan.Between(name.Span, token.Span);
        string text = Slice(name.Span);
        if (parent.Name is null)
        {
            parent.Steps.Add(new(text, name.Span, true, frame.Arguments, span));
        }
        else
        {
            parent.Arguments.Add(new CallSyntax(text, name.Span, frame.Arguments, span));
            parent.IsAfterArgument = true;
        }

        return true;
    }

    /// <summary>Behind an argument that is a step, more steps follow.</summary>
    private bool TakeDot()
    {
        bool isAnonymous = _name is { } name && Slice(name.Span) == "__";
        if (isAnonymous)
        {
            _name = null;
            _frames.Add(new());
            return true;
        }

        EndName();
        if (_frames[^1] is { Name: not null } frame)
        {
            if (frame.Arguments is not [.., CallSyntax call] || !frame.IsAfterArgument)
            {
                return false;
            }

            frame.Arguments.RemoveAt(frame.Arguments.Count - 1);
            frame.IsAfterArgument = false;
            var nested = new OpenFrame();
            nested.Steps.AddRange(call.ToTraversal().Steps);
            _frames.Add(nested);
        }

        return true;
    }

    private bool TakeComma()
    {
        EndName();
        EndNested();
        _frames[^1].IsAfterArgument = false;
        return _frames[^1].Name is not null;
    }

    private bool TakeLiteral(Token token)
    {
        EndName();
        var frame = _frames[^1];
        frame.Arguments.Add(new LiteralSyntax(token.Value, token.Span));
        frame.IsAfterArgument = true;
        return frame.Name is not null;
    }

    /// <summary>Steps that are an argument end with it.</summary>
    private void EndNested()
    {
        if (_frames.Count > 1 && _frames[^1] is { Name: null, Steps: { Count: > 0 } steps })
        {
            _frames.RemoveAt(_frames.Count - 1);
            _frames[^1].Arguments.Add(new TraversalSyntax([.. steps], SourceSpan.Between(steps[0].Span, steps[^1].Span)));
            _frames[^1].IsAfterArgument = true;
        }
    }
}
