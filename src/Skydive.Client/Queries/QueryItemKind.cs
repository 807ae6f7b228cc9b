namespace Skydive.Client.Queries;

/// <summary>What one result of a query is.</summary>
public enum QueryItemKind
{
    /// <summary>A number, a text, a truth value, null, or an object of another shape than those below.</summary>
    Value,

    /// <summary>A node.</summary>
    Node,

    /// <summary>An edge.</summary>
    Edge,

    /// <summary>A flow.</summary>
    Flow,

    /// <summary>Nodes and edges.</summary>
    Graph,

    /// <summary>A list of results, such as the nodes of a path.</summary>
    List,
}
