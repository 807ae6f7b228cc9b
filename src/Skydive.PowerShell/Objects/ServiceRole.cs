namespace Skydive;

/// <summary>What a service does.</summary>
public enum ServiceRole
{
    /// <summary>Agent and analyzer in one process.</summary>
    AllInOne,

    /// <summary>Takes the graphs and flows of agents and answers questions.</summary>
    Analyzer,

    /// <summary>Watches its host and sends what it sees to an analyzer.</summary>
    Agent,
}
