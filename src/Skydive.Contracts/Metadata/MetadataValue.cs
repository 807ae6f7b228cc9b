using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;

namespace Skydive.Contracts.Metadata;

/// <summary>
/// One immutable metadata value of a node or an edge: null, boolean, integer, number, text, list or map. 16 bytes; integers, booleans and
/// numbers do not allocate. Equality is deep. <c>default</c> is null.
/// </summary>
/// <remarks>A number without fraction that fits 64 bits is always an <see cref="MetadataKind.Integer"/>, so 1 and 1.0 are equal.</remarks>
[JsonConverter(typeof(MetadataValueJsonConverter))]
public readonly struct MetadataValue : IEquatable<MetadataValue>
{
    // The kind is told by the reference: a tag object for the kinds that live in _bits, the payload itself for the others.
    private static readonly object s_booleanTag = new();
    private static readonly object s_integerTag = new();
    private static readonly object s_doubleTag = new();

    private readonly object? _reference;
    private readonly long _bits;

    private MetadataValue(object? reference, long bits = 0)
    {
        _reference = reference;
        _bits = bits;
    }

    /// <summary>The null value; the same as <c>default</c>.</summary>
    public static MetadataValue Null => default;

    /// <summary>What shape this value has.</summary>
    public MetadataKind Kind => _reference switch
    {
        null => MetadataKind.Null,
        string => MetadataKind.String,
        MetadataMap => MetadataKind.Map,
        MetadataValue[] => MetadataKind.List,
        _ => ReferenceEquals(_reference, s_integerTag) ? MetadataKind.Integer
            : ReferenceEquals(_reference, s_booleanTag) ? MetadataKind.Boolean : MetadataKind.Double,
    };

    /// <summary>Whether this is null, the answer for a key that does not exist.</summary>
    public bool IsNull => _reference is null;

    /// <summary>The text, or null when this is not text.</summary>
    public string? AsString => _reference as string;

    /// <summary>The map, or null when this is not a map.</summary>
    public MetadataMap? AsMap => _reference as MetadataMap;

    /// <summary>The elements; empty when this is not a list.</summary>
    public ReadOnlySpan<MetadataValue> Elements => _reference as MetadataValue[] ?? [];

    /// <summary>The builder of a map in the making, or null.</summary>
    internal MetadataBuilder? AsBuilder => _reference as MetadataBuilder;

    /// <summary>How many maps and lists are nested here: 0 for a plain value.</summary>
    internal int Depth
    {
        get
        {
            int depth = 0;
            foreach (var element in AsMap is { } map ? map.ValueSpan : Elements)
            {
                depth = Math.Max(depth, element.Depth);
            }

            return AsMap is not null || Kind == MetadataKind.List ? depth + 1 : 0;
        }
    }

    /// <summary>Makes a text value; null gives the null value.</summary>
    /// <param name="value">The text.</param>
    public static implicit operator MetadataValue(string? value) => new(value);

    /// <summary>Makes an integer value.</summary>
    /// <param name="value">The number.</param>
    public static implicit operator MetadataValue(long value) => new(s_integerTag, value);

    /// <summary>Makes an integer value.</summary>
    /// <param name="value">The number.</param>
    public static implicit operator MetadataValue(int value) => new(s_integerTag, value);

    /// <summary>Makes a boolean value.</summary>
    /// <param name="value">The truth value.</param>
    public static implicit operator MetadataValue(bool value) => new(s_booleanTag, value ? 1 : 0);

    /// <summary>Makes a number; an integer when it has no fraction and fits 64 bits.</summary>
    /// <param name="value">The number.</param>
    public static implicit operator MetadataValue(double value) => FromDouble(value);

    /// <summary>Makes a map value; null gives the null value.</summary>
    /// <param name="value">The map.</param>
    public static implicit operator MetadataValue(MetadataMap? value) => new(value);

    /// <summary>Whether two values are deeply equal.</summary>
    /// <param name="left">One value.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(MetadataValue left, MetadataValue right) => left.Equals(right);

    /// <summary>Whether two values differ.</summary>
    /// <param name="left">One value.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(MetadataValue left, MetadataValue right) => !left.Equals(right);

    /// <summary>Makes a number; an integer when it has no fraction and fits 64 bits.</summary>
    /// <param name="value">The number.</param>
    public static MetadataValue FromDouble(double value) =>
        value >= -9.2233720368547758E18 && value < 9.2233720368547758E18 && Math.Floor(value) == value
            ? new(s_integerTag, (long)value)
            : new(s_doubleTag, BitConverter.DoubleToInt64Bits(value));

    /// <summary>Makes a list. The elements are copied.</summary>
    /// <param name="elements">The elements in order.</param>
    public static MetadataValue List(params ReadOnlySpan<MetadataValue> elements) => new(elements.ToArray());

    /// <summary>Makes a list of texts.</summary>
    /// <param name="elements">The texts in order.</param>
    public static MetadataValue List(IEnumerable<string> elements) => new(elements.Select(static text => new MetadataValue(text)).ToArray());

    /// <summary>Makes a list of values.</summary>
    /// <param name="elements">The elements in order.</param>
    public static MetadataValue List(IEnumerable<MetadataValue> elements) => new(elements.ToArray());

    /// <summary>Makes a list of an array that nobody else holds.</summary>
    internal static MetadataValue FromArray(MetadataValue[] elements) => new(elements);

    /// <summary>A map in the making; never leaves its <see cref="MetadataBuilder"/>.</summary>
    internal static MetadataValue FromBuilder(MetadataBuilder builder) => new(builder);

    /// <summary>Gives the integer when this is one.</summary>
    /// <param name="value">The integer.</param>
    /// <returns>False when this is not an integer.</returns>
    public bool TryGetInteger(out long value)
    {
        value = _bits;
        return ReferenceEquals(_reference, s_integerTag);
    }

    /// <summary>Gives the number when this is an integer or another number.</summary>
    /// <param name="value">The number.</param>
    /// <returns>False when this is not a number.</returns>
    public bool TryGetDouble(out double value)
    {
        if (ReferenceEquals(_reference, s_integerTag))
        {
            value = _bits;
            return true;
        }

        value = ReferenceEquals(_reference, s_doubleTag) ? BitConverter.Int64BitsToDouble(_bits) : 0;
        return ReferenceEquals(_reference, s_doubleTag);
    }

    /// <summary>Gives the truth value when this is a boolean.</summary>
    /// <param name="value">The truth value.</param>
    /// <returns>False when this is not a boolean.</returns>
    public bool TryGetBoolean(out bool value)
    {
        value = _bits != 0;
        return ReferenceEquals(_reference, s_booleanTag);
    }

    /// <summary>The value as a plain .NET object: null, bool, long, double, string, <see cref="MetadataMap"/> or a list of such objects.</summary>
    public object? ToObject() => Kind switch
    {
        MetadataKind.Null => null,
        MetadataKind.Boolean => _bits != 0,
        MetadataKind.Integer => _bits,
        MetadataKind.Double => BitConverter.Int64BitsToDouble(_bits),
        MetadataKind.List => Array.ConvertAll((MetadataValue[])_reference!, static element => element.ToObject()),
        _ => _reference,
    };

    /// <inheritdoc/>
    public bool Equals(MetadataValue other)
    {
        if (ReferenceEquals(_reference, other._reference))
        {
            return _bits == other._bits;
        }

        return _reference switch
        {
            string text => text.Equals(other._reference as string, StringComparison.Ordinal),
            MetadataMap map => map.Equals(other._reference as MetadataMap),
            MetadataValue[] list => other._reference is MetadataValue[] otherList && list.AsSpan().SequenceEqual(otherList),
            _ => false,
        };
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is MetadataValue other && Equals(other);

    /// <inheritdoc/>
    /// <remarks>Seeded for each process: input cannot choose numbers or texts whose hashes meet.</remarks>
    public override int GetHashCode() => _reference switch
    {
        string text => text.GetHashCode(StringComparison.Ordinal),
        MetadataMap map => map.GetHashCode(),
        MetadataValue[] list => HashOf(list),
        null => 0,
        _ => HashCode.Combine((int)_bits, (int)(_bits >> 32), RuntimeHelpers.GetHashCode(_reference)),
    };

    /// <summary>Text for people: text as it is, numbers in the invariant culture, lists and maps as JSON.</summary>
    public override string ToString() => Kind switch
    {
        MetadataKind.Null => string.Empty,
        MetadataKind.Boolean => _bits != 0 ? "true" : "false",
        MetadataKind.Integer => _bits.ToString(CultureInfo.InvariantCulture),
        MetadataKind.Double => BitConverter.Int64BitsToDouble(_bits).ToString("R", CultureInfo.InvariantCulture),
        MetadataKind.String => (string)_reference!,
        _ => MetadataJson.ToJson(this),
    };

    private static int HashOf(MetadataValue[] list)
    {
        // The first elements tell lists apart well enough, and bound what a hash costs.
        var hash = default(HashCode);
        hash.Add(list.Length);
        foreach (var element in list.AsSpan(0, Math.Min(list.Length, 16)))
        {
            hash.Add(element);
        }

        return hash.ToHashCode();
    }
}
