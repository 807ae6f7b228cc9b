namespace Skydive.Contracts.Flows.Layers;

/// <summary>Equality of lists by their elements, which records do not have by themselves.</summary>
internal static class ListEquality
{
    public static bool AreEqual<T>(IReadOnlyList<T>? left, IReadOnlyList<T>? right) =>
        ReferenceEquals(left, right) || (left is not null && right is not null && left.SequenceEqual(right));
}
