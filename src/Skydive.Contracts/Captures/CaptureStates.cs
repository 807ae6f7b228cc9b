namespace Skydive.Contracts.Captures;

/// <summary>The values of State in the <c>Captures</c> list of a node.</summary>
public static class CaptureStates
{
    /// <summary>Packets are being taken.</summary>
    public const string Active = "active";

    /// <summary>The capture could not start, or broke off; Error says why.</summary>
    public const string Error = "error";
}
