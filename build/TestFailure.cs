namespace Skydive.Build;

/// <summary>One test that failed, or a suite that did not run as it should.</summary>
/// <param name="Name">The test's full name, or the suite's.</param>
/// <param name="Message">What it said, of any number of lines.</param>
internal sealed record TestFailure(string Name, string Message);
