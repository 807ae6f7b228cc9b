namespace Skydive.Linux.Route;

/// <summary>What the master of an interface says of it; the type tells the kind of the master. Immutable.</summary>
public abstract record LinkSlaveDetails;
