using Skydive.Contracts.Flows;

namespace Skydive.Flows.Encoding;

/// <summary>What a column of a block of flows holds.</summary>
/// <param name="Column">Its number.</param>
/// <param name="Part">The part that a flow must have to have a value in this column; None for columns with a value for each flow.</param>
/// <param name="Number">Reads the value from a flow, when it is a number.</param>
/// <param name="Text">Reads the value from a flow, when it is text.</param>
/// <param name="RelativeTo">The column with a value for each flow that is subtracted before numbers are written.</param>
internal sealed record FlowColumnDefinition(
    FlowColumn Column, FlowParts Part, Func<Flow, long>? Number, Func<Flow, string>? Text, FlowColumn? RelativeTo);
