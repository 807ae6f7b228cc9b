using System.Collections.Concurrent;

namespace Skydive.Gremlin;

/// <summary>
/// Queries that were asked lately, so that one that is asked in a loop is parsed and planned once. Bounded: when it is full it begins anew. A
/// plan is immutable, and times such as NOW are found when it runs.
/// </summary>
internal static class CompiledQueries
{
    private const int MaximumQueries = 1024;

    /// <summary>Longer ones are made by programs, each for itself.</summary>
    private const int MaximumLength = 1024;

    private static readonly ConcurrentDictionary<string, GremlinQuery> s_queries = new(StringComparer.Ordinal);

    /// <summary>Finds a query, or makes it.</summary>
    /// <param name="text">The query.</param>
    /// <param name="compile">Makes it.</param>
    /// <exception cref="GremlinException">The text is no query; that is not remembered.</exception>
    public static GremlinQuery Get(string text, Func<string, GremlinQuery> compile)
    {
        if (text.Length > MaximumLength)
        {
            return compile(text);
        }

        if (s_queries.TryGetValue(text, out var known))
        {
            return known;
        }

        var query = compile(text);
        if (s_queries.Count >= MaximumQueries)
        {
            s_queries.Clear();
        }

        s_queries[text] = query;
        return query;
    }
}
