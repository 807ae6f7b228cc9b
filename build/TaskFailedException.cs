namespace Skydive.Build;

/// <summary>A task cannot go on; the message says why.</summary>
internal sealed class TaskFailedException(string message) : Exception(message);
