namespace Skydive.Storage.Tests.Support;

/// <summary>Tests that measure: nothing else runs in the process meanwhile.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
