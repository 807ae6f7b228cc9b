namespace Skydive.Service.Configuration;

/// <summary>One setting that the service knows.</summary>
/// <param name="Key">Its key with dots, as in Skydive; <c>*</c> stands for any name.</param>
/// <param name="Type">What kind of value it takes.</param>
/// <param name="Default">Its default as it would be written; null for none.</param>
/// <param name="Description">What it is for: one sentence.</param>
internal sealed record SettingDefinition(string Key, SettingType Type, string? Default, string Description)
{
    /// <summary>The values that are accepted; null for any.</summary>
    public IReadOnlyList<string>? Choices { get; init; }

    /// <summary>The smallest number that is accepted.</summary>
    public long Minimum { get; init; }

    /// <summary>The largest number that is accepted.</summary>
    public long Maximum { get; init; } = long.MaxValue;

    /// <summary>Whether the value is nobody's business: it is shown nowhere.</summary>
    public bool IsSecret { get; init; }

    /// <summary>The environment variable that sets it.</summary>
    public string EnvironmentName => "SKYDIVE_" + Key.Replace('.', '_').ToUpperInvariant();
}
