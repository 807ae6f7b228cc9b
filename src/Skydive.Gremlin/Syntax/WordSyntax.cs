namespace Skydive.Gremlin.Syntax;

/// <summary>A name without parentheses that stands as an argument, such as DESC or NOW.</summary>
/// <param name="Name">The name as it was written.</param>
/// <param name="Span">Where it stands.</param>
internal sealed record WordSyntax(string Name, SourceSpan Span) : ArgumentSyntax(Span);
