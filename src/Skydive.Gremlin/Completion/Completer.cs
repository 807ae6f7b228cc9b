using Skydive.Contracts.Metadata;
using Skydive.Graph.Views;
using Skydive.Gremlin.Language;
using Skydive.Gremlin.Plans;
using Skydive.Gremlin.Plans.Steps;
using Skydive.Gremlin.Syntax;

namespace Skydive.Gremlin.Completion;

/// <summary>Finds what may stand at a place in a query.</summary>
internal sealed class Completer
{
    private readonly string _text;
    private readonly IGraphView _view;
    private readonly OpenQuery _query;
    private readonly List<GremlinCandidate> _candidates = [];
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    private Completer(string text, OpenQuery query, IGraphView view)
    {
        _text = text;
        _query = query;
        _view = view;
    }

    private char Quote => _query.Quote ?? '\'';

    /// <summary>Finds candidates.</summary>
    /// <param name="text">The query, finished or not.</param>
    /// <param name="position">The place.</param>
    /// <param name="view">The graph whose keys and values are offered.</param>
    /// <param name="limit">How many are wanted.</param>
    public static GremlinCompletion Complete(string text, int position, IGraphView view, int limit)
    {
        string before = text[..position];
        if (before.Length > Parser.MaximumLength || OpenQuery.Read(before) is not { } query)
        {
            return new(position, 0, [], false);
        }

        var completer = new Completer(before, query, view);
        completer.Find();
        var ordered = completer._candidates
            .OrderBy(static candidate => candidate.Kind is GremlinCandidateKind.Step or GremlinCandidateKind.Predicate or GremlinCandidateKind.Word ? 1 : 0)
            .ThenBy(static candidate => candidate.Kind)
            .ThenBy(static candidate => candidate.Label, StringComparer.OrdinalIgnoreCase)
            .ThenBy(static candidate => candidate.Label, StringComparer.Ordinal)
            .Take(limit)
            .ToList();
        return new(query.Start, EndOf(text, position, query) - query.Start, ordered, completer._candidates.Count > ordered.Count);
    }

    /// <summary>Where the replaced part ends: a name to its last letter, a text behind its closing quote when that stands at the cursor.</summary>
    private static int EndOf(string text, int position, OpenQuery query)
    {
        int end = position;
        if (query.Quote is { } quote)
        {
            return end < text.Length && text[end] == quote ? end + 1 : end;
        }

        while (query.Prefix.Length > 0 && end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_'))
        {
            end++;
        }

        return end;
    }

    private void Find()
    {
        var frame = _query.Frames[^1];
        if (frame.Name is null)
        {
            FindSteps(frame);
        }
        else if (!frame.IsAfterArgument)
        {
            FindArguments(frame);
        }
    }

    private void FindSteps(OpenFrame frame)
    {
        bool isNested = _query.Frames.Count > 1;
        if (frame.Steps.Count == 0 && !isNested)
        {
            if (!_query.IsAfterDot && _query.Quote is null)
            {
                Add("G", "G", GremlinCandidateKind.Step, StepCatalog.Find("G")!.Summary);
            }

            return;
        }

        if (_query.Quote is not null || (!_query.IsAfterDot && _query.Prefix.Length > 0))
        {
            return;
        }

        // Behind a finished step the full stop is missing yet.
        AddSteps(Bind(frame, _query.Frames.Count - 1), isNested, _query.IsAfterDot ? string.Empty : ".");
    }

    private void AddSteps(BoundPrefix bound, bool isNested, string dot)
    {
        foreach (var definition in StepCatalog.All)
        {
            bool applies = bound.Kind is not { } kind || definition.Forms.Any(form => (form.On & kind) != 0);
            bool fits = definition.Name == "By" ? bound.Last is IModulated or null
                : !definition.IsModulator || bound.Kind is null or GremlinKind.Nodes or GremlinKind.Edges;
            if (!applies || !fits || (isNested && definition.IsTopLevel) || (definition.IsFirstOnly && bound.Last is not (GraphStep or null)) || definition.Name == "G")
            {
                continue;
            }

            var signatures = definition.Forms.Where(form => bound.Kind is not { } on || (form.On & on) != 0).SelectMany(static form => form.Signatures).ToList();
            bool takesNothing = signatures.TrueForAll(static signature => signature.AcceptsCount(0) && !signature.AcceptsCount(1) && !signature.AcceptsCount(2));
            foreach (string name in definition.Aliases.Prepend(definition.Name))
            {
                Add(dot + name + (takesNothing ? "()" : "("), name, GremlinCandidateKind.Step, definition.Summary);
            }
        }
    }

    private void FindArguments(OpenFrame frame)
    {
        string name = _text.Substring(frame.Name!.Value.Span.Start, frame.Name.Value.Span.Length);
        var owner = _query.Frames[^2];
        int index = frame.Arguments.Count;
        if (owner.Name is not null && PredicateCatalog.Find(name) is { } predicate && !(ExpectsTraversal(owner) && StepCatalog.Find(name) is not null))
        {
            // A predicate: its key stands before it, or in it.
            string? key = KeyFor(_query.Frames.Count - 2);
            foreach (var parameter in predicate.Signature.PossibleAt(index))
            {
                AddFor(parameter, ElementKind(_query.Frames.Count - 2), predicate.IsMetadata ? KeyBefore(frame) : key, frame);
            }

            return;
        }

        if (StepCatalog.Find(name) is not { } definition)
        {
            return;
        }

        var bound = owner.Name is null ? Bind(owner, _query.Frames.Count - 2) : new(ElementKind(_query.Frames.Count - 2), null, []);
        var kind = definition.Name == "By" && bound.Last is IModulated modulated ? modulated.ElementKind : bound.Kind;
        foreach (var form in definition.Forms.Where(form => bound.Kind is not { } on || (form.On & on) != 0))
        {
            foreach (var parameter in form.Signatures.SelectMany(signature => signature.PossibleAt(index)).Distinct())
            {
                AddFor(parameter, definition.Name == "Flows" ? GremlinKind.Flows : TargetKind(definition.Name, kind), KeyBefore(frame), frame, definition.Name, bound.Names);
            }
        }
    }

    private bool ExpectsTraversal(OpenFrame owner)
    {
        string name = _text.Substring(owner.Name!.Value.Span.Start, owner.Name.Value.Span.Length);
        return StepCatalog.Find(name) is { } step
            && step.Forms.SelectMany(static form => form.Signatures).SelectMany(signature => signature.PossibleAt(owner.Arguments.Count))
                .Any(static parameter => parameter.Type == ParameterType.Traversal);
    }

    /// <summary>What the keys of a step are keys of, which for steps that walk is what they lead to.</summary>
    private static GremlinKind? TargetKind(string step, GremlinKind? input) => step switch
    {
        "OutE" or "InE" or "BothE" or "SubGraph" or "Descendants" or "Ascendants" or "Neighbors" => GremlinKind.Edges,
        "Out" or "In" or "Both" or "OutV" or "InV" or "BothV" or "ShortestPathTo" or "Hops" or "Nodes" or "CaptureNode" => GremlinKind.Nodes,
        _ => input,
    };

    private static string? KeyBefore(OpenFrame frame) =>
        frame.Arguments is [.., LiteralSyntax { Value.AsString: { } key }] ? key : null;

    /// <summary>The key that a predicate inside of an argument list is about: the text before it, of the nearest list that has one.</summary>
    private string? KeyFor(int frame)
    {
        for (int i = frame; i > 0; i--)
        {
            if (_query.Frames[i].Name is not null && KeyBefore(_query.Frames[i]) is { } key)
            {
                return key;
            }
        }

        return null;
    }

    /// <summary>What stands where the argument list of a frame belongs to.</summary>
    private GremlinKind? ElementKind(int frame)
    {
        for (int i = frame; i > 0; i--)
        {
            var open = _query.Frames[i];
            if (open.Name is { } name && _query.Frames[i - 1].Name is null)
            {
                string step = _text.Substring(name.Span.Start, name.Span.Length);
                var bound = Bind(_query.Frames[i - 1], i - 1);
                var kind = bound.Last is IModulated modulated && step.Equals("By", StringComparison.OrdinalIgnoreCase) ? modulated.ElementKind : bound.Kind;
                string canonical = StepCatalog.Find(step)?.Name ?? step;
                return canonical == "Flows" ? GremlinKind.Flows
                    : StepCatalog.Find(step)?.Forms.Any(static form => form.Signatures.Any(static signature => signature.Takes(ParameterType.Traversal))) == true ? kind
                    : TargetKind(canonical, kind);
            }
        }

        return null;
    }

    /// <summary>What is known of finished steps: what they yield, the last of them, and the names that As has given.</summary>
    private BoundPrefix Bind(OpenFrame frame, int index)
    {
        var input = index == 0 ? GremlinKind.None : ElementKind(index - 1) ?? GremlinKind.None;
        if (index > 0 && input == GremlinKind.None)
        {
            return new(null, null, []);
        }

        return Binder.BindPrefix(new(_text, frame.Steps), input, isNested: index > 0);
    }

    private void AddFor(Parameter parameter, GremlinKind? kind, string? key, OpenFrame frame, string step = "", IReadOnlyCollection<string>? names = null)
    {
        switch (parameter.Type)
        {
            case ParameterType.Key when step == "Metrics":
                foreach (string path in MetricSteps.Paths)
                {
                    AddText(path, GremlinCandidateKind.Key, string.Empty);
                }

                break;
            case ParameterType.Key:
                foreach (string name in kind is { } known ? GraphVocabulary.Keys(_view, known) : [])
                {
                    AddText(name, GremlinCandidateKind.Key, string.Empty);
                }

                break;
            case ParameterType.Value or ParameterType.Literal or ParameterType.Number or ParameterType.Text:
                if (step is "Select" && names is not null)
                {
                    AddNames(names);
                }
                else if (key is not null && kind is { } elements && step is not ("As" or "Project" or "BPF" or "NextHop"))
                {
                    AddValues(elements, key, parameter.Type);
                }

                if (parameter.Type == ParameterType.Value && _query.Quote is null)
                {
                    AddPredicates(static predicate => !predicate.IsMetadata);
                }

                break;
            case ParameterType.Metadata when _query.Quote is null:
                AddPredicates(static predicate => predicate.IsMetadata);
                break;
            case ParameterType.Membership when _query.Quote is null:
                AddPredicates(static predicate => predicate.IsMembership);
                break;
            case ParameterType.Traversal when _query.Quote is null:
                AddSteps(new(kind, null, []), isNested: true, string.Empty);
                break;
            case ParameterType.Direction:
                AddWord(Words.Ascending, "From small to large.");
                AddWord(Words.Descending, "From large to small.");
                break;
            case ParameterType.Time:
                AddWord(Words.Now, "The time at which the query runs.");
                break;
            case ParameterType.Duration:
                AddWord(Words.Forever, "As far back as there is history.");
                break;
        }
    }

    private void AddNames(IEnumerable<string> names)
    {
        foreach (string name in names)
        {
            AddText(name, GremlinCandidateKind.Name, "Nodes that As has kept.");
        }
    }

    private void AddValues(GremlinKind kind, string key, ParameterType type)
    {
        foreach (var value in GraphVocabulary.Values(_view, kind, key))
        {
            if (value.AsString is { } text)
            {
                if (type != ParameterType.Number)
                {
                    AddText(text, GremlinCandidateKind.Value, string.Empty);
                }
            }
            else if (_query.Quote is null && type != ParameterType.Text && (type != ParameterType.Number || value.TryGetDouble(out _)))
            {
                Add(value.ToString(), value.ToString(), GremlinCandidateKind.Value, string.Empty);
            }
        }
    }

    private void AddPredicates(Func<PredicateDefinition, bool> isWanted)
    {
        foreach (var predicate in PredicateCatalog.All.Where(isWanted))
        {
            foreach (string name in predicate.Aliases.Prepend(predicate.Name))
            {
                Add(name + "(", name, GremlinCandidateKind.Predicate, predicate.Summary);
            }
        }
    }

    private void AddWord(string word, string description)
    {
        if (_query.Quote is null)
        {
            Add(word, word, GremlinCandidateKind.Word, description);
        }
    }

    /// <summary>Adds a text in quotes. Without a quote being written yet, a name that is being written is no text.</summary>
    private void AddText(string text, GremlinCandidateKind kind, string description) => Add(Literal(text), text, kind, description);

    private string Literal(string text) => $"{Quote}{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(Quote.ToString(), $"\\{Quote}", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}{Quote}";

    private void Add(string text, string label, GremlinCandidateKind kind, string description)
    {
        if (label.StartsWith(_query.Prefix, StringComparison.OrdinalIgnoreCase) && _known.Add(text))
        {
            _candidates.Add(new(text, label, kind, description));
        }
    }
}
