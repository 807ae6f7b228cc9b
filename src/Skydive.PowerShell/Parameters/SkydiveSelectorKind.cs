namespace Skydive.PowerShell;

/// <summary>What a <see cref="SkydiveSelector"/> was made of.</summary>
public enum SkydiveSelectorKind
{
    /// <summary>A text: an expression, an identifier, key=value, or a name.</summary>
    Text,

    /// <summary>A node.</summary>
    Node,

    /// <summary>A flow; it stands for the node where it was captured.</summary>
    Flow,

    /// <summary>A capture; it stands for the nodes that it selects.</summary>
    Capture,

    /// <summary>A map of metadata values.</summary>
    Metadata,
}
