namespace Skydive.Linux.Route;

/// <summary>What is special to one kind of interface; the type tells the kind. Immutable.</summary>
public abstract record LinkDetails;
