namespace Skydive.Linux.FileSystem;

/// <summary>One change of a watched directory.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Name">The entry's name without path; empty for events about the directory itself.</param>
public readonly record struct DirectoryEvent(DirectoryEventKind Kind, string Name);
