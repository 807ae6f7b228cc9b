namespace Skydive.Gremlin;

/// <summary>Elements that belong together, under the name by which the JSON of a result has them.</summary>
/// <typeparam name="T">What the elements are.</typeparam>
/// <param name="Key">The name: an identifier, or a value that the elements have in common.</param>
/// <param name="Items">The elements in order.</param>
public sealed record GremlinGroup<T>(string Key, IReadOnlyList<T> Items);
