namespace Skydive.Analyzer.Fabric;

/// <summary>Something wrong with the definition of the fabric.</summary>
/// <param name="IsError">Whether the definition cannot be used.</param>
/// <param name="Line">The number of the line, from 1.</param>
/// <param name="Column">The column in it, from 1.</param>
/// <param name="Message">What is wrong, and what was expected.</param>
public sealed record FabricProblem(bool IsError, int Line, int Column, string Message)
{
    /// <summary>Where and what, for people.</summary>
    public override string ToString() => $"line {Line}, column {Column}: {Message}";
}
