using Skydive.Contracts.Metadata;

namespace Skydive.Gremlin.Syntax;

/// <summary>A text, a number, true or false.</summary>
/// <param name="Value">The value.</param>
/// <param name="Span">Where it stands.</param>
internal sealed record LiteralSyntax(MetadataValue Value, SourceSpan Span) : ArgumentSyntax(Span);
