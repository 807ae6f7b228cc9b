using Microsoft.Data.Sqlite;

namespace Skydive.Storage.Sqlite;

/// <summary>How far the runs of agents have come. Writing belongs to the writer's thread.</summary>
internal sealed class FlowRunTable(SqliteConnection connection) : IDisposable
{
    private readonly Statement _put = new(
        connection,
        "INSERT INTO flow_run (run, sequence, stored_at) VALUES ($0, $1, $2) ON CONFLICT (run) DO UPDATE SET sequence = max(sequence, excluded.sequence), stored_at = excluded.stored_at",
        3);

    /// <summary>The last sequence of a run; 0 when nothing of it is in the store.</summary>
    /// <param name="connection">Where to read.</param>
    /// <param name="run">The run.</param>
    public static long Find(SqliteConnection connection, Guid run)
    {
        using var find = new Statement(connection, "SELECT sequence FROM flow_run WHERE run = $0", 1);
        return find.QueryNumber(KeyOf(run)) ?? 0;
    }

    /// <summary>Takes note of progress.</summary>
    /// <param name="progress">Of which runs.</param>
    /// <param name="storedAt">The time, in milliseconds since 1970-01-01 UTC.</param>
    public void Put(IReadOnlyList<FlowProgress> progress, long storedAt)
    {
        foreach (var (run, sequence) in progress)
        {
            _put.Run(KeyOf(run), sequence, storedAt);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _put.Dispose();

    private static string KeyOf(Guid run) => run.ToString("N");
}
