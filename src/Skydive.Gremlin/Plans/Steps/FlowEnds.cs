namespace Skydive.Gremlin.Plans.Steps;

/// <summary>Which nodes of a flow are meant.</summary>
[Flags]
internal enum FlowEnds
{
    /// <summary>The node at which it was captured, by NodeTID.</summary>
    Capture = 1,

    /// <summary>The node whose MAC, or that of its peer, is Link.A.</summary>
    A = 2,

    /// <summary>The node whose MAC, or that of its peer, is Link.B.</summary>
    B = 4,
}
