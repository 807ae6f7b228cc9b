namespace Skydive.Gremlin.Syntax;

/// <summary>A name with arguments that stands as an argument: a predicate, or Metadata(…).</summary>
/// <param name="Name">The name as it was written.</param>
/// <param name="NameSpan">Where the name stands.</param>
/// <param name="Arguments">The arguments in order.</param>
/// <param name="Span">Where it stands.</param>
internal sealed record CallSyntax(string Name, SourceSpan NameSpan, IReadOnlyList<ArgumentSyntax> Arguments, SourceSpan Span) : ArgumentSyntax(Span)
{
    /// <summary>The call as a step of its own.</summary>
    public TraversalSyntax ToTraversal() => new([new(Name, NameSpan, true, Arguments, Span)], Span);
}
