namespace Skydive;

/// <summary>Whether a capture takes packets.</summary>
public enum CaptureState
{
    /// <summary>On no node yet.</summary>
    Waiting,

    /// <summary>On one node at least.</summary>
    Active,
}
