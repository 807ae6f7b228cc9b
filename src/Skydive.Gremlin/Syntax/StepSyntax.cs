namespace Skydive.Gremlin.Syntax;

/// <summary>One step: a name with arguments, or a bare <c>G</c>.</summary>
/// <param name="Name">The name as it was written.</param>
/// <param name="NameSpan">Where the name stands.</param>
/// <param name="HasParentheses">Whether an argument list follows the name, be it empty.</param>
/// <param name="Arguments">The arguments in order.</param>
/// <param name="Span">Where the step stands.</param>
internal sealed record StepSyntax(string Name, SourceSpan NameSpan, bool HasParentheses, IReadOnlyList<ArgumentSyntax> Arguments, SourceSpan Span)
    : SyntaxNode(Span);
