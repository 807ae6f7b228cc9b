namespace Skydive.Graph;

/// <summary>Does work on many elements on several processors at once, and on few at once where that is cheaper.</summary>
internal static class Together
{
    private const int Many = 10_000;

    /// <summary>Does several things that have nothing to do with each other.</summary>
    /// <param name="count">How many things.</param>
    /// <param name="elements">On how many elements.</param>
    /// <param name="body">Does one.</param>
    public static void For(int count, int elements, Action<int> body)
    {
        if (elements >= Many)
        {
            Parallel.For(0, count, body);
            return;
        }

        for (int i = 0; i < count; i++)
        {
            body(i);
        }
    }

    /// <summary>Does the same with each element.</summary>
    /// <param name="count">How many elements.</param>
    /// <param name="body">Does it with those from one number up to, but not including, another.</param>
    public static void ForEach(int count, Action<int, int> body) =>
        For((count + Many - 1) / Many, count, part => body(part * Many, Math.Min((part + 1) * Many, count)));
}
