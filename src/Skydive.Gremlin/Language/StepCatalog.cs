using System.Collections.Frozen;

namespace Skydive.Gremlin.Language;

/// <summary>
/// The steps of the language (reference 5.2, 5.3): what they are called, what they apply to, what arguments they take and which step of a plan
/// they become. A new step is one entry here and one class of <see cref="Plans.PlanStep"/>. Names do not depend on case.
/// </summary>
internal static class StepCatalog
{
    /// <summary>All steps.</summary>
    public static readonly IReadOnlyList<StepDefinition> All = [.. GraphSteps.All, .. ElementSteps.All, .. WalkSteps.All, .. FlowSteps.All, .. MetricSteps.All, .. CompositeSteps.All];

    private static readonly FrozenDictionary<string, StepDefinition> s_byName = All
        .SelectMany(static definition => definition.Aliases.Prepend(definition.Name), static (definition, name) => (name, definition))
        .ToFrozenDictionary(static pair => pair.name, static pair => pair.definition, StringComparer.OrdinalIgnoreCase);

    /// <summary>The names of all steps, aliases included.</summary>
    public static IEnumerable<string> Names => s_byName.Keys;

    /// <summary>Finds a step by its name or alias.</summary>
    public static StepDefinition? Find(string name) => s_byName.GetValueOrDefault(name);

    /// <summary>The names of the steps that apply to a kind, in the order of their names; aliases and what only says more about a step are left out.</summary>
    public static IReadOnlyList<string> NamesFor(GremlinKind kind) =>
        [.. All.Where(definition => (definition.On & kind) != 0 && !definition.IsModulator).Select(static definition => definition.Name).Order(StringComparer.Ordinal)];
}
