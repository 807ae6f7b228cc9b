using Skydive.Service.Hosting;

namespace Skydive.Service.LocalServices;

/// <summary>How a service is to be started in the background.</summary>
internal sealed record StartRequest
{
    public required Role Role { get; init; }

    /// <summary>The configuration files; none for the default file if it exists.</summary>
    public IReadOnlyList<string> Configuration { get; init; } = [];

    /// <summary>The probes; null for those of the configuration.</summary>
    public IReadOnlyList<string>? Probes { get; init; }

    /// <summary>Where to serve the API; null for what the configuration says.</summary>
    public string? Listen { get; init; }

    /// <summary>How long to wait until it is ready; null to return at once.</summary>
    public TimeSpan? Wait { get; init; }

    /// <summary>The name of the role.</summary>
    public string RoleName => Role.ToString().ToLowerInvariant();
}
