namespace Skydive.Flows.Table;

/// <summary>The three hashes that a flow's identifiers are made of.</summary>
/// <param name="TableKey">Seeds the UUID; depends on the flow around it.</param>
/// <param name="L2Key">The TrackingID.</param>
/// <param name="L3Key">The L3TrackingID.</param>
internal readonly record struct FlowIdentity(ulong TableKey, ulong L2Key, ulong L3Key);
