namespace Skydive.Contracts.Metadata;

/// <summary>
/// Orders values for Sort(): null, booleans, numbers by size, text by code unit, then lists and maps, which are all alike in order.
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
            return leftNumber.CompareTo(rightNumber);
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
