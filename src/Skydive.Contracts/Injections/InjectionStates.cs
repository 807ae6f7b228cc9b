namespace Skydive.Contracts.Injections;

/// <summary>The values of State of an injection and of its sources.</summary>
public static class InjectionStates
{
    /// <summary>Packets are being sent.</summary>
    public const string Active = "active";

    /// <summary>All packets were sent.</summary>
    public const string Completed = "completed";

    /// <summary>Packets could not be sent; Error says why.</summary>
    public const string Failed = "failed";

    /// <summary>The agent or the service ended in the middle.</summary>
    public const string Interrupted = "interrupted";
}
