namespace Skydive.Gremlin;

/// <summary>Why a query is refused or was given up.</summary>
public enum GremlinErrorReason
{
    /// <summary>The text does not follow the grammar.</summary>
    Syntax,

    /// <summary>No step or predicate has the name, or the step does not apply to what stands before it.</summary>
    InvalidStep,

    /// <summary>A step or predicate does not accept its arguments.</summary>
    InvalidArgument,

    /// <summary>A node or edge that is named by its identifier does not exist.</summary>
    NotFound,

    /// <summary>The query asks for the past, but no history is kept.</summary>
    HistoryNotSupported,

    /// <summary>The query asks for flows, but there is nothing to ask for them.</summary>
    FlowsNotSupported,

    /// <summary>The query took more time or memory than it may.</summary>
    BudgetExceeded,
}
