using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Gremlin.Plans;
using Skydive.Gremlin.Syntax;

namespace Skydive.Gremlin.Language;

/// <summary>A step with arguments that fit one of its signatures, as it is handed to <see cref="StepForm.Bind"/>.</summary>
internal sealed class StepCall
{
    private readonly Binder _binder;

    public StepCall(Binder binder, StepSyntax syntax, GremlinKind input, PlanStep? previous, bool isNested)
    {
        _binder = binder;
        Syntax = syntax;
        Input = input;
        Previous = previous;
        IsNested = isNested;
    }

    /// <summary>The step before it; null for the first.</summary>
    public PlanStep? Previous { get; }

    /// <summary>Whether it stands inside of another step.</summary>
    public bool IsNested { get; }

    /// <summary>Whether what it becomes takes the place of the step before it.</summary>
    public bool IsModulator { get; private set; }

    /// <summary>The step as it was written.</summary>
    public StepSyntax Syntax { get; }

    /// <summary>What stands before it.</summary>
    public GremlinKind Input { get; }

    /// <summary>How many arguments there are.</summary>
    public int Count => Syntax.Arguments.Count;

    /// <summary>The names that As has given so far.</summary>
    public ISet<string> Names => _binder.Names;

    /// <summary>An argument.</summary>
    public ArgumentSyntax this[int index] => Syntax.Arguments[index];

    /// <summary>An argument that is text.</summary>
    public string Text(int index) => ((LiteralSyntax)Syntax.Arguments[index]).Value.AsString!;

    /// <summary>An argument that is a count.</summary>
    public int Integer(int index)
    {
        ((LiteralSyntax)Syntax.Arguments[index]).Value.TryGetInteger(out long number);
        return (int)number;
    }

    /// <summary>All arguments, which are text.</summary>
    public string[] Texts()
    {
        var texts = new string[Count];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = Text(i);
        }

        return texts;
    }

    /// <summary>All arguments, which are keys.</summary>
    public FieldPath[] Keys() => Array.ConvertAll(Texts(), FieldPath.Parse);

    /// <summary>The condition that pairs of key and value make together; null when there are none.</summary>
    /// <param name="count">How many of the first arguments are pairs.</param>
    public Filter? AllPairs(int count) => Binder.All(_binder.Pairs(Syntax.Arguments, count));

    /// <summary>The condition that one of the pairs of key and value makes; null when there are none.</summary>
    /// <param name="count">How many of the first arguments are pairs.</param>
    public Filter? AnyPair(int count) => _binder.Pairs(Syntax.Arguments, count) is { Count: > 0 } filters ? filters is [var only] ? only : new AnyFilter(filters) : null;

    /// <summary>What an argument becomes that is steps.</summary>
    /// <param name="index">Which argument.</param>
    /// <param name="input">What they are given.</param>
    /// <param name="isTracked">See <see cref="Binder.BindTraversal"/>.</param>
    public Subplan Traversal(int index, GremlinKind input, bool isTracked = false) => _binder.BindTraversal(Syntax.Arguments[index], input, isTracked);

    /// <summary>The condition that an argument, a literal or a predicate, is for a key.</summary>
    public Filter Condition(int index, string key) => _binder.Condition(key, Syntax.Arguments[index]);

    /// <summary>A step that takes the place of the one before it.</summary>
    public PlanStep Replace(PlanStep step)
    {
        IsModulator = true;
        return step;
    }

    /// <summary>The names in an argument that is Within(name, …) or Without(name, …).</summary>
    public string[] NamesIn(int index)
    {
        var call = (CallSyntax)Syntax.Arguments[index];
        var names = new string[call.Arguments.Count];
        for (int i = 0; i < names.Length; i++)
        {
            var literal = (LiteralSyntax)call.Arguments[i];
            names[i] = literal.Value.AsString ?? string.Empty;
            if (!Names.Contains(names[i]))
            {
                throw UnknownName(literal.Span, names[i]);
            }
        }

        return names;
    }

    /// <summary>An error about a name that As has not given.</summary>
    public GremlinException UnknownName(SourceSpan span, string name) => Diagnostics.Error(
        _binder.Text,
        GremlinErrorReason.InvalidArgument,
        span,
        $"no nodes are kept as '{Diagnostics.Printable(name)}'",
        hint: Names.Count > 0 ? $"expected {string.Join(", ", Names.Select(static known => Diagnostics.Printable(known)))}" : "expected As before it");

    /// <summary>An error about the whole step.</summary>
    /// <param name="message">What was found.</param>
    /// <param name="hint">What would have been accepted.</param>
    public GremlinException Error(string message, string? hint = null) =>
        Diagnostics.Error(_binder.Text, GremlinErrorReason.InvalidStep, Syntax.NameSpan, message, hint: hint);

    /// <summary>The condition of an argument that is Metadata(…).</summary>
    public Filter Metadata(int index) => _binder.Metadata((CallSyntax)Syntax.Arguments[index]);

    /// <summary>An error at an argument.</summary>
    /// <param name="index">Which argument.</param>
    /// <param name="message">What was found.</param>
    /// <param name="hint">What would have been accepted.</param>
    public GremlinException Error(int index, string message, string? hint = null) =>
        Diagnostics.Error(_binder.Text, GremlinErrorReason.InvalidArgument, Syntax.Arguments[index].Span, message, hint: hint);
}
