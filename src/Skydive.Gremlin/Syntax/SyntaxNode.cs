namespace Skydive.Gremlin.Syntax;

/// <summary>A part of a query's syntax tree. Immutable.</summary>
/// <param name="Span">Where it stands in the text.</param>
internal abstract record SyntaxNode(SourceSpan Span);
