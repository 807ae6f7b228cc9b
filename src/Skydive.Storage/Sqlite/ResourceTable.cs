using Microsoft.Data.Sqlite;

namespace Skydive.Storage.Sqlite;

/// <summary>Writes and reads resources. Writing belongs to the writer's thread.</summary>
internal sealed class ResourceTable(SqliteConnection connection) : IDisposable
{
    private readonly Statement _put = new(
        connection, "INSERT INTO resource (kind, id, json) VALUES ($0, $1, $2) ON CONFLICT (kind, id) DO UPDATE SET json = excluded.json", 3);

    private readonly Statement _delete = new(connection, "DELETE FROM resource WHERE kind = $0 AND id = $1", 2);

    /// <summary>The resources of a kind, by identifier.</summary>
    /// <param name="connection">Where to read.</param>
    /// <param name="kind">What they are.</param>
    public static IReadOnlyList<StoredResource> Read(SqliteConnection connection, string kind)
    {
        var resources = new List<StoredResource>();
        using var statement = new Statement(connection, "SELECT id, json FROM resource WHERE kind = $0", 1);
        using var reader = statement.Query(kind);
        while (reader.Read())
        {
            resources.Add(new(reader.GetText(0), reader.GetText(1)));
        }

        // UTF-8 sorts otherwise than UTF-16 beyond the basic plane, and both stores answer alike.
        resources.Sort(static (left, right) => string.CompareOrdinal(left.Id, right.Id));
        return resources;
    }

    /// <summary>All resources, by kind and identifier.</summary>
    /// <param name="connection">Where to read.</param>
    public static IReadOnlyList<(string Kind, StoredResource Resource)> ReadAll(SqliteConnection connection)
    {
        var resources = new List<(string, StoredResource)>();
        using var statement = new Statement(connection, "SELECT kind, id, json FROM resource ORDER BY kind, id");
        using var reader = statement.Query();
        while (reader.Read())
        {
            resources.Add((reader.GetText(0), new(reader.GetText(1), reader.GetText(2))));
        }

        return resources;
    }

    public bool Put(string kind, string id, string json) => _put.Run(kind, id, json) > 0;

    public bool Delete(string kind, string id) => _delete.Run(kind, id) > 0;

    /// <inheritdoc/>
    public void Dispose()
    {
        _put.Dispose();
        _delete.Dispose();
    }
}
