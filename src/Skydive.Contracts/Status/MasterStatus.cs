namespace Skydive.Contracts.Status;

/// <summary>Whether this analyzer does a task that only one does.</summary>
/// <param name="IsMaster">Whether it does.</param>
public sealed record MasterStatus(bool IsMaster);
