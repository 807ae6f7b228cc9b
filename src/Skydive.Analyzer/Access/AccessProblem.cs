namespace Skydive.Analyzer.Access;

/// <summary>Something wrong with a line of a policy.</summary>
/// <param name="IsError">Whether the policy cannot be used with it.</param>
/// <param name="Message">What, and what was expected.</param>
public sealed record AccessProblem(bool IsError, string Message);
