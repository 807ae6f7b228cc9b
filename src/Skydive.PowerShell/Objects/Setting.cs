using Skydive.Contracts.Configuration;
using Skydive.Contracts.Metadata;

namespace Skydive;

/// <summary>A setting of a service.</summary>
public sealed class Setting
{
    internal Setting(ConfigurationSetting setting)
    {
        Key = setting.Key;
        Type = setting.Type;
        Value = ToObject(setting.Value, setting.Type);
        Default = ToObject(setting.Default, setting.Type);
        Source = setting.Source;
        Description = setting.Description;
        IsSecret = setting.IsSecret;
    }

    /// <summary>The key with dots; * stands for any name when nothing was set for one.</summary>
    public string Key { get; }

    /// <summary>
    /// The value: a text, number, truth, list of texts, TimeSpan for a duration, bytes for a size, dictionary for keys and values; null when there
    /// is none, *** for a secret.
    /// </summary>
    public object? Value { get; }

    /// <summary>The value when nobody sets one.</summary>
    public object? Default { get; }

    /// <summary>Text, Integer, Boolean, TextList, Duration, Size, Endpoint, Map or MapList.</summary>
    public string Type { get; }

    /// <summary>Where the value comes from: a file with line and column, an environment variable, or default.</summary>
    public string Source { get; }

    /// <summary>What it is for.</summary>
    public string Description { get; }

    /// <summary>Whether the value is shown to nobody.</summary>
    public bool IsSecret { get; }

    /// <summary>Key and value.</summary>
    public override string ToString() => $"{Key} = {SettingText.Of(Value)}";

    private static object? ToObject(MetadataValue value, string type) =>
        type == "Duration" && value.TryGetDouble(out double seconds) ? TimeSpan.FromSeconds(seconds)
        : type == "TextList" && value.Kind == MetadataKind.List ? Array.ConvertAll(value.Elements.ToArray(), static element => element.ToString())
        : Plain.Value(value);
}
