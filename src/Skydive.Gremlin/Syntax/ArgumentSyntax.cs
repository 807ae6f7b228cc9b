namespace Skydive.Gremlin.Syntax;

/// <summary>An argument of a step or a predicate.</summary>
/// <param name="Span">Where it stands.</param>
internal abstract record ArgumentSyntax(SourceSpan Span) : SyntaxNode(Span);
