namespace Skydive.Contracts.Metadata;

/// <summary>A field name split at its dots, such as <c>LastUpdateMetric.RxBytes</c>. A leading <c>Metadata.</c> is dropped.</summary>
public sealed class FieldPath : IEquatable<FieldPath>
{
    private const string MetadataPrefix = "Metadata.";

    private FieldPath(string text)
    {
        Text = text;
        Segments = text.Split('.');
    }

    /// <summary>The name as one text.</summary>
    public string Text { get; }

    internal string[] Segments { get; }

    /// <summary>Splits a name.</summary>
    /// <param name="text">The name; an empty one names the empty key.</param>
    public static FieldPath Parse(string text) =>
        new(text.StartsWith(MetadataPrefix, StringComparison.Ordinal) ? text[MetadataPrefix.Length..] : text);

    /// <summary>Splits the key of a value that is to be set or removed; unlike a field's name it has no prefix to drop.</summary>
    /// <exception cref="ArgumentException">The key has more than <see cref="MetadataJson.MaximumDepth"/> parts.</exception>
    internal static string[] SplitKey(string key)
    {
        string[] segments = key.Split('.');
        return segments.Length <= MetadataJson.MaximumDepth
            ? segments
            : throw new ArgumentException($"metadata key has {segments.Length} parts; at most {MetadataJson.MaximumDepth} are allowed", nameof(key));
    }

    /// <inheritdoc/>
    public bool Equals(FieldPath? other) => other is not null && string.Equals(Text, other.Text, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as FieldPath);

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Text;
}
