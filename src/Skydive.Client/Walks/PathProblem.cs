namespace Skydive.Client.Walks;

/// <summary>Something on a path that is not as it has to be.</summary>
/// <param name="Rule">What was looked at: Hops, State, Mtu, Through or Drops.</param>
/// <param name="Node">Name of the node where; null when it is no single one.</param>
/// <param name="Message">What was found, and what should have been: one line.</param>
public sealed record PathProblem(string Rule, string? Node, string Message);
