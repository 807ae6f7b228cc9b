namespace Skydive.Analyzer.Access;

/// <summary>Whose log-in an endpoint asks for.</summary>
public enum AccessRealm
{
    /// <summary>That of people and programs (<c>analyzer.auth.api.backend</c>).</summary>
    Api,

    /// <summary>That of agents (<c>analyzer.auth.cluster.backend</c>).</summary>
    Cluster,
}
