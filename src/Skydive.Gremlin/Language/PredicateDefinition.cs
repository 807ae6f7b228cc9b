using Skydive.Contracts.Queries;

namespace Skydive.Gremlin.Language;

/// <summary>A predicate of the language, or Metadata(…).</summary>
internal sealed class PredicateDefinition
{
    /// <summary>Its name, as it is shown.</summary>
    public required string Name { get; init; }

    /// <summary>Other names.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>What it means, for completion.</summary>
    public required string Summary { get; init; }

    /// <summary>What it accepts.</summary>
    public required Signature Signature { get; init; }

    /// <summary>
    /// Makes the condition of a key and the arguments, which fit the signature. An <see cref="ArgumentException"/> says why it cannot. Null for
    /// Metadata(…), which holds its own keys.
    /// </summary>
    public Func<PredicateCall, Filter>? Make { get; init; }

    /// <summary>Whether it names several values of which one counts, so that it can tell whether an element is among those that As has kept.</summary>
    public bool IsMembership { get; init; }

    /// <summary>Whether this is Metadata(…), a list of conditions rather than one on a key that stands before it.</summary>
    public bool IsMetadata => Make is null;
}
