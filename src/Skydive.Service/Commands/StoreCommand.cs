using System.Collections;
using System.CommandLine;
using Skydive.Contracts.Queries;
using Skydive.Service.Hosting;
using Skydive.Storage;
using Skydive.Storage.Sqlite;

namespace Skydive.Service.Commands;

/// <summary>
/// <c>skydive store …</c>: looks after the history database of a service. Reading works beside a service that runs; what changes the database
/// needs it for itself. Exit code 0 when all is well, 1 when the check found faults, 70 when the database, or a file that is read, cannot be used, 78 when the
/// configuration or a time is not valid.
/// </summary>
internal static class StoreCommand
{
    private const int Faulty = 1;
    private const int Unusable = 70;
    private const int ConfigurationError = 78;

    private static readonly Option<string[]> s_files = new("--conf", "-c")
    {
        Description = "A configuration file, which says where the database is; may be repeated. Default: /etc/skydive/skydive.yml if it exists.",
        Recursive = true,
    };

    private static readonly Option<string?> s_directory = new("--directory", "-d")
    {
        Description = "The directory of the database, instead of that of the configuration.",
        Recursive = true,
    };

    public static Command Create() => new("store", "Looks after the history database of a service.") { s_files, s_directory, Check(), Compact(), Stats(), Export(), StoreImport.Create(Run) };

    private static Command Check()
    {
        var command = new Command("check", "Reads the whole database and says what is wrong with it. Works while the service runs.");
        Run(command, (options, result, cancellationToken) =>
        {
            using var archive = HistoryArchive.Open(options.Directory!);
            var faults = archive.Check(cancellationToken);
            foreach (string fault in faults)
            {
                result.InvocationConfiguration.Error.WriteLine(fault);
            }

            result.InvocationConfiguration.Output.WriteLine(
                faults.Count == 0 ? $"{archive.DatabasePath}: no faults" : $"{archive.DatabasePath}: {faults.Count} faults{(faults.Count >= 100 ? " or more" : string.Empty)}");
            return Task.FromResult(faults.Count == 0 ? 0 : Faulty);
        });
        return command;
    }

    private static Command Compact()
    {
        var command = new Command("compact", "Puts small pieces together and gives unused space back. Needs the service to be stopped.");
        Run(command, async (options, result, cancellationToken) =>
        {
            if (!Directory.Exists(options.Directory))
            {
                throw new HistoryException(HistoryErrorReason.Inaccessible, $"there is no directory {options.Directory}: name the one in which the service keeps its data");
            }

            await using var store = SqliteHistoryStore.Open(options);
            long before = store.GetStatus().SizeBytes;
            await store.CompactAsync(isThorough: true, cancellationToken).ConfigureAwait(false);
            result.InvocationConfiguration.Output.WriteLine($"{store.GetStatus().Path}: {before} bytes before, {store.GetStatus().SizeBytes} bytes now");
            return 0;
        });
        return command;
    }

    private static Command Stats()
    {
        var command = new Command("stats", "Prints what the database holds and what that takes. Works while the service runs.");
        Run(command, (options, result, _) =>
        {
            using var archive = HistoryArchive.Open(options.Directory!);
            new CommandOutput(result.InvocationConfiguration.Output).Write(
                new StoreReport { Path = archive.DatabasePath, Statistics = archive.GetStatistics(), Sizes = archive.GetSizes() },
                StoreJsonContext.Default.StoreReport);
            return Task.FromResult(0);
        });
        return command;
    }

    private static Command Export()
    {
        var kinds = new Option<string[]>("--kind")
        {
            Description = "What to export: revisions, flows, metrics, resources; all of them when not given.",
            AllowMultipleArgumentsPerToken = true,
        };
        kinds.AcceptOnlyFromAmong(StoreExport.Kinds);
        var from = new Option<string?>("--from") { Description = "The begin of the time: 2026-03-01T03:12:00Z, -1h (an hour ago), or seconds or milliseconds since 1970." };
        var to = new Option<string?>("--to") { Description = "The end of the time, in the same forms." };
        var output = new Option<string?>("--output", "-o") { Description = "A file, for its owner only; standard output when not given." };
        var command = new Command("export", "Writes the database as JSON, one object a line. Works while the service runs.") { kinds, from, to, output };
        Run(command, async (options, result, cancellationToken) =>
        {
            var now = DateTimeOffset.UtcNow;
            if (!StoreTime.TryParse(result.GetValue(from), now, long.MinValue, out long first) || !StoreTime.TryParse(result.GetValue(to), now, long.MaxValue, out long last))
            {
                await result.InvocationConfiguration.Error.WriteLineAsync("--from and --to expect a time such as 2026-03-01T03:12:00Z, -1h, or seconds or milliseconds since 1970").ConfigureAwait(false);
                return ConfigurationError;
            }

            using var archive = HistoryArchive.Open(options.Directory!);
            string? path = result.GetValue(output);
            var target = path is null ? Console.OpenStandardOutput() : new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            await using (target.ConfigureAwait(false))
            {
                StoreExport.Write(archive, new TimeSlice(first, last), result.GetValue(kinds) is { Length: > 0 } chosen ? chosen : StoreExport.Kinds, target, cancellationToken);
            }

            return 0;
        });
        return command;
    }

    private static void Run(Command command, Func<HistoryStoreOptions, ParseResult, CancellationToken, Task<int>> body) => command.SetAction(async (result, cancellationToken) =>
    {
        var error = result.InvocationConfiguration.Error;
        try
        {
            return FindOptions(result) is not { } options ? ConfigurationError : await body(options, result, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HistoryException or IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync(e.Message).ConfigureAwait(false);
            return Unusable;
        }
    });

    private static HistoryStoreOptions? FindOptions(ParseResult result)
    {
        if (result.GetValue(s_directory) is { } directory)
        {
            return new() { Directory = directory };
        }

        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(static entry => (string)entry.Key, static entry => (string?)entry.Value ?? string.Empty, StringComparer.Ordinal);
        var options = ServiceOptions.Load(Role.Analyzer, result.GetValue(s_files) ?? [], environment, out var problems);
        foreach (var problem in problems)
        {
            result.InvocationConfiguration.Error.WriteLine(problem.ToString());
        }

        if (options is { Storage.Driver: not HistoryStoreOptions.SqliteDriver })
        {
            result.InvocationConfiguration.Error.WriteLine($"the configured storage is {options.Storage.Driver}, which has no database: name one with --directory");
            return null;
        }

        return options?.Storage;
    }
}
