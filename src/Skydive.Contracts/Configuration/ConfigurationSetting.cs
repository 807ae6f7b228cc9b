using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Configuration;

/// <summary>A setting of a service: an element of the answer of <c>GET /api/config</c>.</summary>
public sealed record ConfigurationSetting
{
    /// <summary>What stands for the value of a secret that is set.</summary>
    public const string Hidden = "***";

    /// <summary>The source of a value that nobody set.</summary>
    public const string DefaultSource = "default";

    /// <summary>The key with dots; <c>*</c> stands for any name when nothing was set for one.</summary>
    public required string Key { get; init; }

    /// <summary>
    /// The value in force: a text, integer, truth, list of texts, or tree; durations in seconds, sizes in bytes; null when there is none;
    /// <see cref="Hidden"/> for secrets.
    /// </summary>
    public MetadataValue Value { get; init; }

    /// <summary>The value when nobody sets one, in the same form.</summary>
    public MetadataValue Default { get; init; }

    /// <summary>Text, Integer, Boolean, TextList, Duration, Size, Endpoint, Map or MapList.</summary>
    public required string Type { get; init; }

    /// <summary>Where the value comes from: a file as path:line:column, the name of an environment variable, or <c>default</c>.</summary>
    public required string Source { get; init; }

    /// <summary>What it is for: one sentence.</summary>
    public string Description { get; init; } = string.Empty;

    /// <summary>Whether the value is shown to nobody.</summary>
    public bool IsSecret { get; init; }
}
