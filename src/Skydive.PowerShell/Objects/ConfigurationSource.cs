namespace Skydive;

/// <summary>Where values of settings come from.</summary>
public enum ConfigurationSource
{
    /// <summary>What is in force: environment, files, and defaults for the rest.</summary>
    Effective,

    /// <summary>What files set, and nothing else.</summary>
    File,

    /// <summary>What is in force when nobody sets anything.</summary>
    Default,
}
