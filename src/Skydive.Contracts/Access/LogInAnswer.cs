namespace Skydive.Contracts.Access;

/// <summary>The answer of <c>POST /login</c>.</summary>
public sealed record LogInAnswer
{
    /// <summary>The token for the requests to come; empty where nobody has to log in.</summary>
    public required string Token { get; init; }

    /// <summary>What the user may do, of everything that can be allowed.</summary>
    public required IReadOnlyList<GrantedPermission> Permissions { get; init; }

    /// <summary>Never shows the token.</summary>
    public override string ToString() => $"{Permissions.Count(static permission => permission.Allowed)} permissions";
}
