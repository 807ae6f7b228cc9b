namespace Skydive.Service.Security;

/// <summary>A user that a backend knows.</summary>
/// <param name="Name">The name.</param>
/// <param name="Groups">The groups that the backend says; none when it says none.</param>
/// <param name="Stamp">What changes with the password: tokens and remembered log-ins of another stamp are worth nothing.</param>
internal sealed record UserRecord(string Name, IReadOnlyList<string> Groups, string Stamp)
{
    /// <summary>Never shows the stamp, which may be a hash of the password.</summary>
    public override string ToString() => Name;
}
