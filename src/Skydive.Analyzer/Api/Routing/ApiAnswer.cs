namespace Skydive.Analyzer.Api.Routing;

/// <summary>One kind of answer of an endpoint.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Meaning">When it is given.</param>
/// <param name="Schema">The body; null for none, or for a text.</param>
/// <param name="MediaType">Its media type.</param>
internal sealed record ApiAnswer(int Status, string Meaning, ApiSchema? Schema = null, string MediaType = "application/json");
