namespace Skydive.Flows.Encoding;

/// <summary>What tells one text of a column from the others of the same table, without the text.</summary>
/// <param name="Kind">What the number is, where that is not the same for all flows.</param>
/// <param name="High">The number's upper half.</param>
/// <param name="Low">The number's lower half.</param>
public readonly record struct TextKey(byte Kind, ulong High, ulong Low)
{
    /// <summary>A number where all are of one kind.</summary>
    /// <param name="number">The number.</param>
    public TextKey(ulong number)
        : this(0, 0, number)
    {
    }
}
