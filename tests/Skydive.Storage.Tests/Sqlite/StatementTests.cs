using Microsoft.Data.Sqlite;
using Skydive.Storage.Sqlite;

namespace Skydive.Storage.Tests.Sqlite;

public sealed class StatementTests : IDisposable
{
    private readonly SqliteConnection _connection;

    public StatementTests()
    {
        SqliteLibrary.EnsureLoaded();
        _connection = new("Data Source=:memory:");
        _connection.Open();
        SqliteConnections.Execute(_connection, "CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT, data BLOB)");
    }

    public static TheoryData<string> Texts => ["", "eth0", "\0", "a\0b", "Straße 😀", new string('ü', 1000)];

    public void Dispose() => _connection.Dispose();

    [Theory]
    [MemberData(nameof(Texts))]
    public void Query_TextsAndBytesOfAnyLength_AreThoseThatWereWritten(string text)
    {
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(text);
        using var insert = new Statement(_connection, "INSERT INTO t VALUES ($0, $2, $1)", 3);
        using var select = new Statement(_connection, "SELECT text, data, id, NULL FROM t WHERE text = $0 AND text = $0", 1);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(1, insert.Run(i, bytes, text));
            using var rows = select.Query(text);
            for (int row = 0; row <= i; row++)
            {
                Assert.True(rows.Read());
                Assert.Equal(text, rows.GetText(0));
                Assert.Equal(bytes, rows.GetBytes(1));
                Assert.Equal(bytes, rows.GetSpan(0));
                Assert.Equal(row, rows.GetNumber(2));
                Assert.True(rows.IsNull(3));
                Assert.Throws<InvalidDataException>(() => rows.GetText(3));
            }

            Assert.False(rows.Read());
        }
    }

    [Fact]
    public void QueryNumber_NullOrNoRow_IsNull()
    {
        using var insert = new Statement(_connection, "INSERT INTO t VALUES ($0, $1, $1)", 2);
        using var select = new Statement(_connection, "SELECT text FROM t WHERE id = $0", 1);
        insert.Run(1, (string?)null);

        Assert.Null(select.QueryNumber(1));
        Assert.Null(select.QueryNumber(2));
    }

    [Fact]
    public void Run_ThatFails_SaysWhyAndCanBeRunAgain()
    {
        using var insert = new Statement(_connection, "INSERT INTO t (id) VALUES ($0)", 1);
        insert.Run(1);

        var error = Assert.Throws<SqliteException>(() => insert.Run(1));
        Assert.Equal(SQLitePCL.raw.SQLITE_CONSTRAINT, error.SqliteErrorCode);
        Assert.Equal(1, insert.Run(2));
        Assert.Throws<SqliteException>(() => new Statement(_connection, "SELECT 1 FROM nothing").Run());
    }
}
