namespace Skydive.Linux.Route;

/// <summary>An interface whose other side is a program. Source: <c>IFLA_TUN_*</c> of <c>linux/if_link.h</c>.</summary>
public sealed record TunDetails : LinkDetails
{
    /// <summary>Whether the program sees frames (TAP); it sees IP packets (TUN) otherwise.</summary>
    public bool IsTap { get; init; }

    /// <summary>The user who may open it; null for anyone with the right to configure interfaces.</summary>
    public uint? OwnerId { get; init; }

    /// <summary>Whether it stays when no program has it open.</summary>
    public bool IsPersistent { get; init; }
}
