namespace Skydive.Agent.MetadataFiles;

/// <summary>A file from which a key of the host's node is taken, as <c>agent.metadata_config.files</c> lists them.</summary>
/// <param name="Path">The file.</param>
/// <param name="Type">Its format, one of <see cref="MetadataFormats.Types"/>.</param>
/// <param name="Name">The key below <c>Config</c>.</param>
/// <param name="Selector">What of the file, with dots for nested values; empty for all of it.</param>
public sealed record MetadataFile(string Path, string Type, string Name, string Selector);
