namespace Skydive.Contracts.Queries;

/// <summary>Answer of <c>POST /api/gremlin/complete</c>: what may stand at a place in a query.</summary>
public sealed record CompletionReply
{
    /// <summary>Where the replaced part begins, counted from 0 in UTF-16 code units.</summary>
    public required int Start { get; init; }

    /// <summary>How many code units are replaced; 0 when something is put in.</summary>
    public required int Length { get; init; }

    /// <summary>What may stand there; none where nothing can be said.</summary>
    public required IReadOnlyList<CompletionCandidate> Candidates { get; init => field = value ?? []; }

    /// <summary>Whether there are more than were asked for.</summary>
    public bool HasMore { get; init; }
}
