namespace Skydive.Analyzer.Api.Routing;

/// <summary>A query parameter or a header of a request.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Place">query or header.</param>
/// <param name="Meaning">What it is for.</param>
/// <param name="IsRequired">Whether it must be there.</param>
internal sealed record ApiParameter(string Name, string Place, string Meaning, bool IsRequired = false);
