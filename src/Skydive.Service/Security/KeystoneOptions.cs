namespace Skydive.Service.Security;

/// <summary>Users of OpenStack.</summary>
/// <param name="Name">Name of the section.</param>
/// <param name="Role">Group of its users.</param>
/// <param name="Address">Address of Keystone.</param>
/// <param name="Project">Project in which they must have a role.</param>
/// <param name="Domain">Their domain.</param>
internal sealed record KeystoneOptions(string Name, string Role, Uri Address, string Project, string Domain) : BackendOptions(Name, Role);
