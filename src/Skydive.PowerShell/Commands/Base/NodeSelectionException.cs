namespace Skydive.PowerShell;

/// <summary>A selector that should give one node gives none, or several.</summary>
/// <param name="message">Which, and what it gives.</param>
/// <param name="isAmbiguous">Whether it gives several.</param>
internal sealed class NodeSelectionException(string message, bool isAmbiguous) : ArgumentException(message)
{
    /// <summary>Whether it gives several.</summary>
    public bool IsAmbiguous => isAmbiguous;
}
