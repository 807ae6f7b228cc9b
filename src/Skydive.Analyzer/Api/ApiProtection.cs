using Skydive.Analyzer.Access;

namespace Skydive.Analyzer.Api;

/// <summary>What stands between clients and the API.</summary>
public sealed record ApiProtection
{
    /// <summary>Knows who may do what.</summary>
    public IAccessControl Access { get; init; } = new OpenAccess();

    /// <summary>What one client may take up.</summary>
    public ApiLimits Limits { get; init; } = new();

    /// <summary>Origins of pages, such as <c>https://grafana.example</c>, that browsers may let in besides our own.</summary>
    public IReadOnlyCollection<string> AllowedOrigins { get; init; } = [];

    /// <summary>
    /// The names by which the service may be called, besides addresses and <c>localhost</c>; null for any. Where nobody has to log in, a page of any name that resolves to our address would be of
    /// our origin (DNS rebinding).
    /// </summary>
    public IReadOnlyCollection<string>? AllowedHosts { get; init; }

    /// <summary>Whether a token may come in a URL, as Skydive allows.</summary>
    public bool AllowTokenInUrl { get; init; }
}
