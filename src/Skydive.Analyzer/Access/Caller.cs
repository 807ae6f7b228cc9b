namespace Skydive.Analyzer.Access;

/// <summary>Who sends a request, and what he may do.</summary>
public sealed class Caller
{
    /// <summary>Anybody, where nobody has to log in: may do everything.</summary>
    public static readonly Caller Anybody = new() { Name = string.Empty, IsAllowed = static _ => true };

    /// <summary>Name of the user; empty where nobody has to log in.</summary>
    public required string Name { get; init; }

    /// <summary>Whether he may do something.</summary>
    public required Func<Permission, bool> IsAllowed { get; init; }

    /// <summary>Whether what he came in with still holds: false once he was removed, has another password, has logged out, or his token has expired.</summary>
    public Func<bool> IsValid { get; init; } = static () => true;

    /// <summary>The token that he may use from now on; null when he came with one, or needs none.</summary>
    public string? NewToken { get; init; }
}
