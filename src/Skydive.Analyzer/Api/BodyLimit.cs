namespace Skydive.Analyzer.Api;

/// <summary>Metadata of an endpoint: how many bytes the body of a request may have, instead of <see cref="ApiLimits.MaximumBodyBytes"/>.</summary>
internal sealed record BodyLimit(long Bytes);
