namespace Skydive.Service.Security;

/// <summary>An authentication section: where users and passwords are known.</summary>
/// <param name="Name">Name of the section.</param>
/// <param name="Role">Group of users of whom nothing else is said.</param>
internal abstract record BackendOptions(string Name, string Role);
