namespace Skydive.Gremlin.Language;

/// <summary>A step of the language, as binding, validation and completion know it.</summary>
/// <param name="Name">Its name, as it is shown.</param>
/// <param name="Summary">What it does, one sentence for people.</param>
/// <param name="Forms">Its meanings; no two apply to the same kind.</param>
internal sealed record StepDefinition(string Name, string Summary, params IReadOnlyList<StepForm> Forms)
{
    /// <summary>Other names.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Whether it may only stand directly after G.</summary>
    public bool IsFirstOnly { get; init; }

    /// <summary>Whether it may not stand inside of another step.</summary>
    public bool IsTopLevel { get; init; }

    /// <summary>Whether it says more about the step before it, rather than being one of its own.</summary>
    public bool IsModulator { get; init; }

    /// <summary>The kinds that it applies to.</summary>
    public GremlinKind On => Forms.Aggregate(GremlinKind.None, static (kinds, form) => kinds | form.On);
}
