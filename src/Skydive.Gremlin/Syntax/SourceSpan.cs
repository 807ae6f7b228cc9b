namespace Skydive.Gremlin.Syntax;

/// <summary>A part of the query's text.</summary>
/// <param name="Start">Where it begins, counted from 0 in UTF-16 code units.</param>
/// <param name="Length">How many code units it has.</param>
internal readonly record struct SourceSpan(int Start, int Length)
{
    /// <summary>Where the text goes on.</summary>
    public int End => Start + Length;

    /// <summary>The span from the begin of one to the end of another.</summary>
    public static SourceSpan Between(SourceSpan first, SourceSpan last) => new(first.Start, last.End - first.Start);
}
