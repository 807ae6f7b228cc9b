namespace Skydive.Contracts.Metadata;

/// <summary>
/// Orders values for Sort(): null, booleans, numbers by size, text by UTF-16 code unit, then lists, then maps; lists are all alike in order,
/// and so are maps. A number that is none (NaN) comes before all others.
/// </summary>
public sealed class MetadataOrder : IComparer<MetadataValue>
{
    /// <summary>The one instance.</summary>
    public static readonly MetadataOrder Instance = new();

    private MetadataOrder()
    {
    }

    /// <inheritdoc/>
    public int Compare(MetadataValue x, MetadataValue y)
    {
        if (x.TryGetInteger(out long left) && y.TryGetInteger(out long right))
        {
            return left.CompareTo(right);
        }

        if (x.TryGetDouble(out double leftNumber) && y.TryGetDouble(out double rightNumber))
        {
            // What is no integer has a fraction or lies outside the 64-bit range, so rounding the other to a double can only make equals
            // of the largest integer and 2^63.
            int order = leftNumber.CompareTo(rightNumber);
            return order != 0 ? order : (x.Kind == MetadataKind.Double).CompareTo(y.Kind == MetadataKind.Double);
        }

        if (x.AsString is { } leftText && y.AsString is { } rightText)
        {
            return string.CompareOrdinal(leftText, rightText);
        }

        if (x.TryGetBoolean(out bool leftTruth) && y.TryGetBoolean(out bool rightTruth))
        {
            return leftTruth.CompareTo(rightTruth);
        }

        return Rank(x.Kind).CompareTo(Rank(y.Kind));
    }

    private static int Rank(MetadataKind kind) => kind == MetadataKind.Double ? (int)MetadataKind.Integer : (int)kind;
}
