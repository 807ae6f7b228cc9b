namespace Skydive.Agent.Topology;

/// <summary>Which name of a namespace with several wins: the lowest.</summary>
internal enum NamespacePrecedence
{
    /// <summary>A name that somebody gave it, by a file.</summary>
    Named,

    /// <summary>The name of the container or machine that lives in it.</summary>
    Container,

    /// <summary>The name of a process that happens to be in it.</summary>
    Process,
}
