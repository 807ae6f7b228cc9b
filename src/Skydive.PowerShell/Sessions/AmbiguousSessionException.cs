namespace Skydive.PowerShell.Sessions;

/// <summary>Several sessions are open, and none is the default.</summary>
internal sealed class AmbiguousSessionException : InvalidOperationException
{
    public AmbiguousSessionException(IReadOnlyList<string> names)
        : base($"several sessions are open and none is the default: {string.Join(", ", names)}")
    {
    }
}
