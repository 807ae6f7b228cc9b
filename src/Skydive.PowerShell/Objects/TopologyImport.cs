namespace Skydive;

/// <summary>A graph that was brought into that of an analyzer.</summary>
public sealed class TopologyImport
{
    internal TopologyImport(string path, string origin, long nodeCount, long edgeCount)
    {
        Path = path;
        Origin = origin;
        NodeCount = nodeCount;
        EdgeCount = edgeCount;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The Origin of its nodes and edges.</summary>
    public string Origin { get; }

    /// <summary>How many nodes the analyzer has of it.</summary>
    public long NodeCount { get; }

    /// <summary>How many edges the analyzer has of it.</summary>
    public long EdgeCount { get; }
}
