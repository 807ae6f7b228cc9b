using Skydive.Contracts.Metadata;

namespace Skydive.Gremlin.Execution;

/// <summary>Something that is made of elements with fields, as steps see it that do not care which.</summary>
internal interface IElements
{
    /// <summary>The elements; those of groups one group after the other.</summary>
    IEnumerable<IFieldSource> Elements { get; }
}
