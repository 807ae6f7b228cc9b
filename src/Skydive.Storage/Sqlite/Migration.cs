namespace Skydive.Storage.Sqlite;

/// <summary>A step from one version of the schema to the next.</summary>
/// <param name="Version">The version that it leads to.</param>
/// <param name="Sql">The statements. They run in one transaction with all other steps that are due.</param>
internal sealed record Migration(int Version, string Sql);
