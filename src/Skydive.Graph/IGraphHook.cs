namespace Skydive.Graph;

/// <summary>Something that adds to a transaction what follows from it, before it is committed, such as identifiers.</summary>
public interface IGraphHook
{
    /// <summary>Called once for each transaction that changed something, in the writer's thread.</summary>
    /// <param name="transaction">The transaction; what the hook changes becomes part of the same revision.</param>
    void BeforeCommit(GraphTransaction transaction);
}
