namespace Skydive.Contracts.Metadata;

/// <summary>The shape of a <see cref="MetadataValue"/>: those of JSON, with integers told apart from other numbers.</summary>
public enum MetadataKind : byte
{
    /// <summary>JSON null, and the answer for a key that does not exist.</summary>
    Null,

    /// <summary>true or false.</summary>
    Boolean,

    /// <summary>A 64-bit signed integer.</summary>
    Integer,

    /// <summary>A number with a fractional part, or one outside the 64-bit range.</summary>
    Double,

    /// <summary>Text.</summary>
    String,

    /// <summary>An ordered list of values.</summary>
    List,

    /// <summary>A map from text to values.</summary>
    Map,
}
