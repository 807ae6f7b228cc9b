namespace Skydive.Service.Security;

/// <summary>What a file of users, or the configuration, says of a user.</summary>
/// <param name="Hash">The hash of the password.</param>
/// <param name="Groups">The groups; none when it says none.</param>
internal sealed record UserEntry(string Hash, IReadOnlyList<string> Groups)
{
    /// <summary>Never shows the hash.</summary>
    public override string ToString() => string.Join(',', Groups);
}
