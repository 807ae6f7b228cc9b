namespace Skydive.Graph.Tests;

/// <summary>Tests that measure the memory of the process, and therefore run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MemoryCollection
{
    public const string Name = "Memory";
}
