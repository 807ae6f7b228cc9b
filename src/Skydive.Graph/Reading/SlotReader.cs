namespace Skydive.Graph.Reading;

/// <summary>
/// A stage that yields slots, many at a call: between stages go arrays of numbers, and elements are touched only where a condition or the
/// caller needs them. For one reader at a time.
/// </summary>
internal abstract class SlotReader
{
    /// <summary>Reads the next slots.</summary>
    /// <param name="buffer">Where to; not empty.</param>
    /// <returns>How many were read; 0 at the end, and only there.</returns>
    public abstract int Read(Span<int> buffer);
}
