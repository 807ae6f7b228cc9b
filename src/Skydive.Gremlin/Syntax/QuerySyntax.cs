namespace Skydive.Gremlin.Syntax;

/// <summary>A whole query.</summary>
/// <param name="Text">Its text.</param>
/// <param name="Steps">The steps in order; the first is always <c>G</c>.</param>
internal sealed record QuerySyntax(string Text, IReadOnlyList<StepSyntax> Steps) : SyntaxNode(new SourceSpan(0, Text.Length));
