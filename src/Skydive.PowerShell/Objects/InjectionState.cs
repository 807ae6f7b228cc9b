namespace Skydive;

/// <summary>How an injection does.</summary>
public enum InjectionState
{
    /// <summary>Packets are being sent.</summary>
    Active,

    /// <summary>All packets were sent.</summary>
    Completed,

    /// <summary>Packets could not be sent from one source at least.</summary>
    Failed,

    /// <summary>The service or an agent ended in the middle.</summary>
    Interrupted,
}
