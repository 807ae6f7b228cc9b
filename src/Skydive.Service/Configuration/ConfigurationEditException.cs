namespace Skydive.Service.Configuration;

/// <summary>A value cannot be written into a configuration file. Nothing was written.</summary>
internal sealed class ConfigurationEditException(string message) : Exception(message);
