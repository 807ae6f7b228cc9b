using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Topology;

/// <summary>How elements are read that come from somewhere else; <c>default</c> reads them as they are.</summary>
/// <param name="Origin">Their origin, whatever they say; null to take what they say.</param>
/// <param name="Now">
/// When those appeared that do not say, in milliseconds since 1970-01-01 UTC; then a revision below 1 is read as 1, too. Null to take what
/// they say.
/// </param>
/// <param name="Ids">Identifiers of nodes that were read before, to be shared by the ends of edges; null for none.</param>
internal readonly record struct ElementDefaults(string? Origin, long? Now, StringCache? Ids);
