namespace Skydive.Gremlin;

/// <summary>Something that may stand at a place in a query.</summary>
/// <param name="Text">What to put in place of the replaced part, such as <c>Has(</c> or <c>'Type'</c>.</param>
/// <param name="Label">What to show, such as <c>Has</c>.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Description">One line about it; empty when there is nothing to say.</param>
public sealed record GremlinCandidate(string Text, string Label, GremlinCandidateKind Kind, string Description);
