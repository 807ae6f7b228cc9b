namespace Skydive.Gremlin.Syntax;

/// <summary>Steps as an argument of another: <c>Out().Has('Type', 'bridge')</c> or <c>__.Out()</c>.</summary>
/// <param name="Steps">The steps in order, one at least.</param>
/// <param name="Span">Where they stand.</param>
internal sealed record TraversalSyntax(IReadOnlyList<StepSyntax> Steps, SourceSpan Span) : ArgumentSyntax(Span);
