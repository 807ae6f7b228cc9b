namespace Skydive.Gremlin.Tests;

/// <summary>One query of the corpus with what it must yield.</summary>
/// <param name="File">The file.</param>
/// <param name="Line">Where the query stands.</param>
/// <param name="Graph">The graph that is asked.</param>
/// <param name="Query">The query; <c>\r</c>, <c>\t</c> and line breaks as <c>⏎</c>, <c>⇥</c> and <c>↵</c>.</param>
/// <param name="Sign">How the result is written: JSON (=&gt;), identifiers (~&gt;) or an error (!!).</param>
/// <param name="Expected">The result.</param>
public sealed record CorpusCase(string File, int Line, string Graph, string Query, string Sign, string Expected)
{
    /// <inheritdoc/>
    public override string ToString() => $"{File}:{Line} {Query}";
}
