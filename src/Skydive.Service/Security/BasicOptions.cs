namespace Skydive.Service.Security;

/// <summary>Users of a file, or of the configuration.</summary>
/// <param name="Name">Name of the section.</param>
/// <param name="Role">Group of users of whom nothing else is said.</param>
/// <param name="File">The file; null for none.</param>
/// <param name="Users">The users of the configuration.</param>
internal sealed record BasicOptions(string Name, string Role, string? File, IReadOnlyDictionary<string, UserEntry> Users) : BackendOptions(Name, Role);
