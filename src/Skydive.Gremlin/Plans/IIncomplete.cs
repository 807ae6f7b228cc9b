using Skydive.Gremlin.Syntax;

namespace Skydive.Gremlin.Plans;

/// <summary>A step that needs others after it to make sense.</summary>
internal interface IIncomplete
{
    /// <summary>What is missing, such as <c>'Project' has 2 names and 1 By</c>; null when nothing is.</summary>
    string? Missing { get; }

    /// <summary>Where the step stands.</summary>
    SourceSpan Span { get; }
}
