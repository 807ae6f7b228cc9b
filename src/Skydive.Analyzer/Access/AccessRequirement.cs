namespace Skydive.Analyzer.Access;

/// <summary>Metadata of an endpoint: what a caller needs to be served. An endpoint without it serves nobody once people have to log in.</summary>
/// <param name="Permission">What the caller must be allowed; null when it is enough to be someone.</param>
/// <param name="IsPublic">Whether nobody has to log in.</param>
/// <param name="Realm">Whose log-in counts.</param>
public sealed record AccessRequirement(Permission? Permission, bool IsPublic = false, AccessRealm Realm = AccessRealm.Api);
