namespace Skydive.Service.Hosting;

/// <summary>What the process does.</summary>
internal enum Role
{
    /// <summary>Watches this host.</summary>
    Agent,

    /// <summary>Collects and answers.</summary>
    Analyzer,

    /// <summary>Both, without a socket between them.</summary>
    AllInOne,
}
