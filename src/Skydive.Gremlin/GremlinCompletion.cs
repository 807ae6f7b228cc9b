namespace Skydive.Gremlin;

/// <summary>What may stand at a place in a query.</summary>
/// <param name="Start">Where the replaced part begins, counted from 0 in UTF-16 code units.</param>
/// <param name="Length">How many code units are replaced; 0 when something is put in.</param>
/// <param name="Candidates">What may stand there, in the order of their labels within each kind; steps and words come before what is in the graph.</param>
/// <param name="HasMore">Whether there are more than were asked for.</param>
public sealed record GremlinCompletion(int Start, int Length, IReadOnlyList<GremlinCandidate> Candidates, bool HasMore);
