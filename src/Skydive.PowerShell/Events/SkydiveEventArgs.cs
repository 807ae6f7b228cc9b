namespace Skydive;

/// <summary>What an action of <c>Register-SkydiveEvent</c> finds in <c>$EventArgs</c>.</summary>
public sealed class SkydiveEventArgs : EventArgs
{
    internal SkydiveEventArgs(SkydiveEventKind kind, object data)
    {
        Kind = kind;
        Data = data;
    }

    /// <summary>What it tells of.</summary>
    public SkydiveEventKind Kind { get; }

    /// <summary>A <see cref="TopologyEvent"/>, a <see cref="Flow"/> or a <see cref="ConnectionEvent"/>.</summary>
    public object Data { get; }
}
