using Skydive.Contracts.Metadata;

namespace Skydive.Gremlin.Syntax;

/// <summary>The smallest part of a query.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Span">Where it stands, quotes included.</param>
/// <param name="Value">The value of a text or number.</param>
internal readonly record struct Token(TokenKind Kind, SourceSpan Span, MetadataValue Value = default);
