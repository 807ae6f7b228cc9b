using System.Reflection;

namespace Skydive.Gremlin.Tests;

/// <summary>
/// The corpus: files of queries with their results, one for each step. A line is a comment (#), the choice of a graph (graph: …), a query, or
/// the result of the query before it: JSON after =>, identifiers in order after ~> (paths and groups apart by |), an error after !! as
/// <c>Reason offset+length part of the message</c>.
/// </summary>
internal static class Corpus
{
    private static readonly string[] s_signs = ["=>", "~>", "!!"];

    public static IReadOnlyList<CorpusCase> Cases { get; } = [.. Read()];

    private static IEnumerable<CorpusCase> Read()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (string name in assembly.GetManifestResourceNames().Where(static name => name.StartsWith("Corpus/", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            string graph = "small";
            string? query = null;
            int queryLine = 0;
            for (int line = 1; reader.ReadLine() is { } text; line++)
            {
                if (text.Length == 0 || text[0] == '#')
                {
                    continue;
                }

                if (text.StartsWith("graph: ", StringComparison.Ordinal))
                {
                    graph = text["graph: ".Length..];
                }
                else if (s_signs.FirstOrDefault(sign => text.StartsWith(sign, StringComparison.Ordinal)) is { } sign)
                {
                    yield return new(
                        name["Corpus/".Length..],
                        queryLine,
                        graph,
                        query ?? throw new InvalidDataException($"{name}:{line}: a result without a query"),
                        sign,
                        text[sign.Length..].Trim());
                    query = null;
                }
                else if (query is null)
                {
                    query = text;
                    queryLine = line;
                }
                else
                {
                    throw new InvalidDataException($"{name}:{line}: the query before this line has no result");
                }
            }
        }
    }
}
