using Skydive.Gremlin.Syntax;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>An identifier that stands in a query.</summary>
/// <param name="Id">The identifier.</param>
/// <param name="Span">Where it stands.</param>
internal readonly record struct ElementName(string Id, SourceSpan Span);
