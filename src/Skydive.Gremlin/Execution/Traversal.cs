namespace Skydive.Gremlin.Execution;

/// <summary>What a step yields. Sequences are lazy: they run as they are enumerated, and again each time.</summary>
internal abstract class Traversal
{
    /// <summary>What it is.</summary>
    public abstract GremlinKind Kind { get; }
}
