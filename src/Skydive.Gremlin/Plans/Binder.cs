using Skydive.Contracts.Queries;
using Skydive.Gremlin.Completion;
using Skydive.Gremlin.Language;
using Skydive.Gremlin.Plans.Steps;
using Skydive.Gremlin.Syntax;

namespace Skydive.Gremlin.Plans;

/// <summary>
/// Makes a plan that does exactly what is written, step by step, of a syntax tree: finds what the names mean, checks the arguments, and knows
/// what each step yields.
/// </summary>
internal sealed class Binder
{
    private readonly QuerySyntax _query;

    private Binder(QuerySyntax query) => _query = query;

    /// <summary>The query's text.</summary>
    public string Text => _query.Text;

    /// <summary>The names that As has given so far.</summary>
    public HashSet<string> Names { get; } = new(StringComparer.Ordinal);

    /// <summary>Makes the plan.</summary>
    /// <param name="query">The syntax tree.</param>
    /// <exception cref="GremlinException">A name is unknown, or a step or an argument makes no sense where it stands.</exception>
    public static IReadOnlyList<PlanStep> Bind(QuerySyntax query) => new Binder(query).BindAll(query.Steps, GremlinKind.None, isNested: false, isTracked: false);

    /// <summary>What is known of steps to which others are to be added.</summary>
    /// <param name="query">The steps.</param>
    /// <param name="input">What they are given.</param>
    /// <param name="isNested">Whether they stand inside of another step.</param>
    public static BoundPrefix BindPrefix(QuerySyntax query, GremlinKind input, bool isNested)
    {
        var binder = new Binder(query);
        var steps = new List<PlanStep>(query.Steps.Count);
        try
        {
            foreach (var step in query.Steps)
            {
                binder.Bind(step, steps.Count > 0 ? steps[^1].Output : input, steps, isNested);
            }
        }
        catch (GremlinException)
        {
            return new(null, null, binder.Names);
        }

        return steps.Count > 0 ? new(steps[^1].Output, steps[^1], binder.Names) : new(input, null, binder.Names);
    }

    /// <summary>Makes a plan of steps that stand inside of another.</summary>
    /// <param name="argument">The steps.</param>
    /// <param name="input">What they are given.</param>
    /// <param name="isTracked">Whether they are run together with those around them where the ways of elements must be known.</param>
    public Subplan BindTraversal(ArgumentSyntax argument, GremlinKind input, bool isTracked = false)
    {
        var traversal = argument as TraversalSyntax ?? ((CallSyntax)argument).ToTraversal();
        return new(BindAll(traversal.Steps, input, isNested: true, isTracked), input);
    }

    /// <summary>All of several conditions; null when there are none.</summary>
    public static Filter? All(List<Filter> filters) => filters switch
    {
        [] => null,
        [var only] => only,
        _ => new AllFilter(filters),
    };

    /// <summary>The conditions that pairs of key and value make.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <param name="count">How many of the first are pairs.</param>
    public List<Filter> Pairs(IReadOnlyList<ArgumentSyntax> arguments, int count)
    {
        var filters = new List<Filter>(count / 2);
        for (int i = 0; i + 1 < count; i += 2)
        {
            filters.Add(Condition(((LiteralSyntax)arguments[i]).Value.AsString!, arguments[i + 1]));
        }

        return filters;
    }

    /// <summary>The condition that Metadata(…) stands for.</summary>
    public Filter Metadata(CallSyntax call) => All(Pairs(call.Arguments, call.Arguments.Count))!;

    /// <summary>What a kind is called in errors.</summary>
    public static string NameOf(GremlinKind kind) => kind switch
    {
        GremlinKind.Graph => "a graph",
        GremlinKind.Value => "a single value",
        GremlinKind.RawPackets => "packets",
        GremlinKind.Map => "a map",
        _ => kind.ToString().ToLowerInvariant(),
    };

    /// <summary>The condition that a literal or a predicate is for a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The literal or predicate.</param>
    public Filter Condition(string key, ArgumentSyntax value)
    {
        if (value is LiteralSyntax literal)
        {
            return Filter.Equal(key, literal.Value);
        }

        var call = (CallSyntax)value;
        try
        {
            return PredicateCatalog.Find(call.Name)!.Make!(new(this, key, call));
        }
        catch (ArgumentException e)
        {
            // What an argument must be like beyond its form (a network, a regular expression) is known to the filters.
            var at = call.Arguments.Count > 0 ? call.Arguments[0].Span : call.Span;
            string message = WithoutParameterName(e);
            throw Diagnostics.Error(Text, GremlinErrorReason.InvalidArgument, at, $"argument of '{call.Name}': {Diagnostics.Excerpt(message, new(0, message.Length), 300)}");
        }
    }

    private static string WithoutParameterName(ArgumentException e)
    {
        int suffix = e.ParamName is null ? -1 : e.Message.LastIndexOf(" (Parameter '", StringComparison.Ordinal);
        return suffix < 0 ? e.Message : e.Message[..suffix];
    }

    private IReadOnlyList<PlanStep> BindAll(IReadOnlyList<StepSyntax> syntax, GremlinKind input, bool isNested, bool isTracked)
    {
        var steps = new List<PlanStep>(syntax.Count);
        foreach (var step in syntax)
        {
            Bind(step, steps.Count > 0 ? steps[^1].Output : input, steps, isNested);
        }

        foreach (var step in steps)
        {
            if (step is IIncomplete { Missing: { } missing } incomplete)
            {
                throw Diagnostics.Error(Text, GremlinErrorReason.InvalidStep, incomplete.Span, missing);
            }
        }

        return isTracked ? steps : Tracking.Join(steps, input);
    }

    private void Bind(StepSyntax syntax, GremlinKind input, List<PlanStep> before, bool isNested)
    {
        if (StepCatalog.Find(syntax.Name) is not { } definition)
        {
            string? nearest = Diagnostics.Nearest(syntax.Name, StepCatalog.Names);
            throw Diagnostics.Error(
                Text,
                GremlinErrorReason.InvalidStep,
                syntax.NameSpan,
                $"unknown step '{Diagnostics.Excerpt(Text, syntax.NameSpan)}'",
                nearest is null ? StepCatalog.NamesFor(input) : [nearest],
                nearest is null ? null : $"did you mean '{nearest}'?");
        }

        if (before is [.., ExplainStep])
        {
            throw Diagnostics.Error(Text, GremlinErrorReason.InvalidStep, syntax.NameSpan, $"invalid step '{definition.Name}'", ["end of the query"], "Explain must be the last step");
        }

        if (isNested && definition.IsTopLevel)
        {
            throw Diagnostics.Error(
                Text, GremlinErrorReason.InvalidStep, syntax.NameSpan, $"invalid step '{definition.Name}'", StepCatalog.NamesFor(input), "it cannot stand inside of another step");
        }

        if (definition.Forms.FirstOrDefault(form => (input == GremlinKind.None && before.Count == 0 && !isNested) || (form.On & input) != 0) is not { } found)
        {
            var expected = StepCatalog.NamesFor(input);
            throw Diagnostics.Error(
                Text,
                GremlinErrorReason.InvalidStep,
                syntax.NameSpan,
                $"invalid step '{definition.Name}' on {NameOf(input)}",
                expected,
                $"expected {string.Join(", ", expected)}");
        }

        if (definition.IsFirstOnly && before is not [.., GraphStep])
        {
            throw Diagnostics.Error(Text, GremlinErrorReason.InvalidStep, syntax.NameSpan, $"invalid step '{definition.Name}'", ["G"], "it must stand directly after G");
        }

        Check(definition.Name, syntax.Name, syntax.NameSpan, syntax.Arguments, found.Signatures);
        var call = new StepCall(this, syntax, input, before.Count > 0 ? before[^1] : null, isNested);
        var step = found.Bind(call);
        if (isNested && !step.CanBeNested)
        {
            throw Diagnostics.Error(
                Text, GremlinErrorReason.InvalidStep, syntax.NameSpan, $"invalid step '{definition.Name}'", StepCatalog.NamesFor(input), "it asks agents or the store, and cannot stand inside of another step");
        }

        if (call.IsModulator)
        {
            before[^1] = step;
        }
        else if (step is RepeatStep { Body: not null } && before is [.., RepeatStep { Body: null }])
        {
            // What stands before Repeat and says how to repeat is a part of it now.
            before[^1] = step;
        }
        else
        {
            before.Add(step);
        }
    }

    /// <summary>Checks arguments against signatures, and what stands inside of them.</summary>
    private void Check(string name, string written, SourceSpan nameSpan, IReadOnlyList<ArgumentSyntax> arguments, IReadOnlyList<Signature> signatures)
    {
        foreach (var argument in arguments)
        {
            CheckKnown(argument, signatures);
        }

        Signature? best = null;
        int bestRefused = -1;
        foreach (var signature in signatures)
        {
            if (!signature.AcceptsCount(arguments.Count))
            {
                continue;
            }

            int refused = signature.FirstRefused(arguments);
            if (refused < 0)
            {
                for (int i = 0; i < arguments.Count; i++)
                {
                    CheckInner(signature.ParameterAt(i, arguments.Count), arguments[i]);
                }

                return;
            }

            // The signature that fits longest is the one that was probably meant.
            if (refused > bestRefused)
            {
                best = signature;
                bestRefused = refused;
            }
        }

        string usage = string.Join(" or ", signatures.Select(signature => signature.Usage(name)));
        if (best is null)
        {
            string count = arguments.Count switch { 0 => "no arguments", 1 => "1 argument", _ => $"{arguments.Count} arguments" };
            throw Diagnostics.Error(Text, GremlinErrorReason.InvalidArgument, nameSpan, $"'{written}' has {count}", hint: $"expected {usage}");
        }

        var span = arguments[bestRefused].Span;
        string description = best.ParameterAt(bestRefused, arguments.Count).Description;
        throw Diagnostics.Error(
            Text,
            GremlinErrorReason.InvalidArgument,
            span,
            $"argument {bestRefused + 1} of '{written}' must be {description}, found {Diagnostics.Excerpt(Text, span)}",
            [description],
            $"expected {usage}");
    }

    /// <summary>Checks the arguments of a predicate.</summary>
    private void CheckInner(Parameter parameter, ArgumentSyntax argument)
    {
        if (argument is CallSyntax call && parameter.Type is ParameterType.Value or ParameterType.Metadata or ParameterType.Membership)
        {
            var definition = PredicateCatalog.Find(call.Name)!;
            Check(definition.Name, call.Name, call.NameSpan, call.Arguments, [definition.Signature]);
        }
    }

    /// <summary>Checks that a name is one at all.</summary>
    private void CheckKnown(ArgumentSyntax argument, IReadOnlyList<Signature> signatures)
    {
        switch (argument)
        {
            case WordSyntax word when !Words.All.Contains(word.Name, StringComparer.OrdinalIgnoreCase):
                // Most often a text whose quotes were forgotten, or a predicate without its parentheses.
                string hint = PredicateCatalog.Find(word.Name) is { } predicate
                    ? $"expected {predicate.Signature.Usage(predicate.Name)}"
                    : Diagnostics.Nearest(word.Name, Words.All) is { } near ? $"did you mean {near}?" : "texts stand in quotes";
                throw Diagnostics.Error(
                    Text, GremlinErrorReason.InvalidArgument, word.Span, $"unknown word '{Diagnostics.Excerpt(Text, word.Span)}'", Words.All, hint);
            case CallSyntax call when PredicateCatalog.Find(call.Name) is null && StepCatalog.Find(call.Name) is null:
                bool takesSteps = signatures.Any(static signature => signature.Takes(ParameterType.Traversal));
                string[] names = takesSteps ? [.. StepCatalog.Names] : [.. PredicateCatalog.Names];
                string? nearest = Diagnostics.Nearest(call.Name, names);
                throw Diagnostics.Error(
                    Text,
                    GremlinErrorReason.InvalidStep,
                    call.NameSpan,
                    $"unknown {(takesSteps ? "step" : "predicate")} '{Diagnostics.Excerpt(Text, call.NameSpan)}'",
                    nearest is null ? names : [nearest],
                    nearest is not null ? $"did you mean '{nearest}'?" : takesSteps ? null : $"expected {string.Join(", ", names)}");
        }
    }
}
