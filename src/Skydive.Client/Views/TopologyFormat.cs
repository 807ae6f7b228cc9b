namespace Skydive.Client.Views;

/// <summary>A form in which a graph can be written.</summary>
public enum TopologyFormat
{
    /// <summary>JSON as the service writes it; the one form that holds everything and can be read again.</summary>
    Json,

    /// <summary>Graphviz.</summary>
    Dot,

    /// <summary>GraphML, which yEd, Gephi and others read.</summary>
    GraphML,

    /// <summary>A Mermaid flowchart, which documentation sites show.</summary>
    Mermaid,

    /// <summary>A table of nodes with comma-separated values.</summary>
    Csv,
}
