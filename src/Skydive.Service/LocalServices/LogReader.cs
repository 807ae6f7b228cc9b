using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Skydive.Contracts.Services;
using Skydive.Service.Commands;

namespace Skydive.Service.LocalServices;

/// <summary>Reads the log of a service: a file, or the journal of a unit.</summary>
internal sealed class LogReader
{
    private const int MaximumLine = 1 << 20;

    private static readonly TimeSpan s_pollTime = TimeSpan.FromMilliseconds(100);

    /// <summary>How many of the last entries; null for all.</summary>
    public int? Tail { get; init; }

    /// <summary>The least important level.</summary>
    public string Level { get; init; } = LogParser.Levels[0];

    /// <summary>Whether what is written later is given as it comes, until the caller gives up.</summary>
    public bool Follow { get; init; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file; what replaces it is followed, too.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async IAsyncEnumerable<LogEntry> ReadFileAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = new Queue<LogEntry>();
        long position = 0;
        var rest = new StringBuilder();
        bool isCaughtUp = false;
        while (true)
        {
            foreach (string line in ReadLines(path, ref position, rest))
            {
                if (Take(LogParser.Parse(line)) is not { } entry)
                {
                    continue;
                }

                if (isCaughtUp || Tail is null)
                {
                    yield return entry;
                    continue;
                }

                last.Enqueue(entry);
                if (last.Count > Tail)
                {
                    last.Dequeue();
                }
            }

            if (!isCaughtUp && !Follow && rest.Length > 0 && Take(LogParser.Parse(rest.ToString())) is { } open)
            {
                last.Enqueue(open);
            }

            foreach (var entry in Tail is { } count && !isCaughtUp ? last.Skip(Math.Max(0, last.Count - count)) : last)
            {
                yield return entry;
            }

            last.Clear();
            isCaughtUp = true;
            if (!Follow)
            {
                yield break;
            }

            try
            {
                await Task.Delay(s_pollTime, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                yield break;
            }
        }
    }

    /// <summary>Reads the journal.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="CommandException">There is no journal, or it cannot be read.</exception>
    public async IAsyncEnumerable<LogEntry> ReadJournalAsync(string unit, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (ServiceProgram.Find("journalctl") is not { } journalctl)
        {
            throw new CommandException("CapabilityMissing", $"the log of {unit} is in the journal, and there is no journalctl on PATH");
        }

        // Levels are those of the messages, which the journal does not know: more than the tail is asked for when some are left out.
        bool isFiltered = Level != LogParser.Levels[0];
        string lines = Tail is { } count && !isFiltered ? count.ToString(CultureInfo.InvariantCulture) : "all";
        var start = new ProcessStartInfo(journalctl, ["--unit", unit, "--output", "json", "--no-pager", "--lines", lines, .. Follow ? ["--follow"] : Array.Empty<string>()])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException("journalctl did not start");
        try
        {
            var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
            var last = new Queue<LogEntry>();
            while (true)
            {
                string? line;
                try
                {
                    line = await process.StandardOutput.ReadLineAsync(cancellationToken).ConfigureAwait(false);
                }
                catch (OperationCanceledException)
                {
                    yield break;
                }

                if (line is null)
                {
                    break;
                }

                if (Take(LogParser.ParseJournal(line)) is not { } entry)
                {
                    continue;
                }

                if (!isFiltered || Tail is null || Follow)
                {
                    yield return entry;
                    continue;
                }

                last.Enqueue(entry);
                if (last.Count > Tail)
                {
                    last.Dequeue();
                }
            }

            foreach (var entry in last)
            {
                yield return entry;
            }

            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            if (process.ExitCode != 0)
            {
                throw new CommandException("LogUnreadable", $"journalctl: {(await error.ConfigureAwait(false)).Trim()}");
            }
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    private LogEntry? Take(LogEntry? entry) => entry is not null && Rank(entry.Level) >= Rank(Level) ? entry : null;

    private static int Rank(string level)
    {
        for (int i = 0; i < LogParser.Levels.Count; i++)
        {
            if (LogParser.Levels[i] == level)
            {
                return i;
            }
        }

        return 0;
    }

    /// <summary>The whole lines from a position on; what begins a line stays in the rest.</summary>
    private static List<string> ReadLines(string path, ref long position, StringBuilder rest)
    {
        var lines = new List<string>();
        if (!File.Exists(path))
        {
            return lines;
        }

        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (stream.Length < position)
        {
            // It was put aside, and another begun.
            position = 0;
            rest.Clear();
        }

        stream.Position = position;
        byte[] buffer = new byte[64 << 10];
        var decoder = Encoding.UTF8.GetDecoder();
        char[] text = new char[Encoding.UTF8.GetMaxCharCount(buffer.Length)];
        int count;
        while ((count = stream.Read(buffer)) > 0)
        {
            position += count;
            int length = decoder.GetChars(buffer.AsSpan(0, count), text, flush: false);
            foreach (char character in text.AsSpan(0, length))
            {
                if (character == '\n')
                {
                    lines.Add(rest.ToString());
                    rest.Clear();
                }
                else if (rest.Length < MaximumLine)
                {
                    rest.Append(character);
                }
            }
        }

        return lines;
    }
}
