namespace Skydive.Service.Configuration;

/// <summary>A setting with its value and where that came from.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">A <see cref="string"/>, <see cref="long"/>, <see cref="bool"/>, <see cref="TimeSpan"/>, <see cref="System.Net.IPEndPoint"/>, list of texts, or <see cref="Skydive.Contracts.Metadata.MetadataValue"/>.</param>
/// <param name="Source">Where from: a file with line, an environment variable, or the defaults.</param>
internal sealed record Setting(string Key, object Value, string Source);
