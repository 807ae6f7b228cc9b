using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace Skydive.Storage.Sqlite;

/// <summary>
/// Binds the managed provider to the system's SQLite, which the distribution keeps patched, instead of a copy in a package. Loaded once per
/// process.
/// </summary>
internal static class SqliteLibrary
{
    /// <summary>The name by which the provider imports its functions.</summary>
    private const string ImportName = "e_sqlite3";

    private const string LibraryName = "libsqlite3.so.0";

    // 3.24: UPSERT.
    private const int MinimumVersion = 3_024_000;

    private static readonly Lazy<bool> s_loaded = new(static () => Load(LibraryName));

    /// <summary>Loads the library if it is not loaded.</summary>
    /// <exception cref="HistoryException">It is missing or too old.</exception>
    public static void EnsureLoaded() => _ = s_loaded.Value;

    /// <summary>Has the C library give back what SQLite has freed, and others of the process. That of GNU keeps it otherwise; those without such a function keep little.</summary>
    public static unsafe void TrimHeap()
    {
        if (NativeLibrary.TryLoad("libc.so.6", out nint library) && NativeLibrary.TryGetExport(library, "malloc_trim", out nint function))
        {
            _ = ((delegate* unmanaged<nuint, int>)function)(0);
        }
    }

    /// <summary>Finds a library.</summary>
    /// <param name="name">Its file name.</param>
    /// <exception cref="HistoryException">It is missing.</exception>
    internal static IntPtr Find(string name) => NativeLibrary.TryLoad(name, out var handle)
        ? handle
        : throw new HistoryException(
            HistoryErrorReason.LibraryMissing,
            $"{name}, which the sqlite storage needs, was not found: install the package libsqlite3-0 (Debian, Ubuntu), sqlite-libs (Fedora, Red Hat) or sqlite "
            + "(Arch, Alpine), or use the memory storage");

    private static bool Load(string name)
    {
        var library = Find(name);
        NativeLibrary.SetDllImportResolver(
            typeof(SQLite3Provider_e_sqlite3).Assembly,
            (string importName, Assembly _, DllImportSearchPath? _) => importName == ImportName ? library : IntPtr.Zero);
        raw.SetProvider(new SQLite3Provider_e_sqlite3());
        int version = raw.sqlite3_libversion_number();
        return version >= MinimumVersion
            ? true
            : throw new HistoryException(
                HistoryErrorReason.LibraryMissing,
                $"{name} is SQLite {raw.sqlite3_libversion().utf8_to_string()}, older than the sqlite storage needs: update it to 3.24 or later");
    }
}
