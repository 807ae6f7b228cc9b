namespace Skydive.Storage;

/// <summary>A resource that survives restarts.</summary>
/// <param name="Id">Its identifier.</param>
/// <param name="Json">The resource as it was put.</param>
public sealed record StoredResource(string Id, string Json);
