namespace Skydive.Analyzer.Hub;

/// <summary>Why an agent does not carry out an order.</summary>
/// <param name="Status">The HTTP status that tells of it: 503 when the agent is not connected, 504 when it does not answer, else its own.</param>
/// <param name="Message">What, which, why.</param>
internal sealed record OrderRefusal(int Status, string Message);
