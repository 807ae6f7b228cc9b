using System.Collections;
using System.Collections.Concurrent;
using System.Management.Automation;
using Skydive.PowerShell.Sessions;

namespace Skydive.PowerShell.Completion;

/// <summary>
/// What completers share: words from an open session within 300 ms, kept for 5 s; no words rather than an error; quoting. Never opens a
/// session.
/// </summary>
internal static class CompletionSource
{
    private static readonly TimeSpan s_budget = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan s_keep = TimeSpan.FromSeconds(5);
    private static readonly ConcurrentDictionary<(Session Session, string Kind), Entry> s_cache = [];

    /// <summary>Words from the service; what is known when it takes too long.</summary>
    public static IReadOnlyList<string> Words(IDictionary boundParameters, string kind, Func<Client.SkydiveClient, CancellationToken, Task<IReadOnlyList<string>>> ask)
    {
        try
        {
            if (FindSession(boundParameters) is not { } session)
            {
                return [];
            }

            var key = (session, kind);
            if (s_cache.TryGetValue(key, out var known) && known.Age < s_keep)
            {
                return known.Words;
            }

            using var timeout = new CancellationTokenSource(s_budget);
            var work = Task.Run(() => ask(session.Client, timeout.Token));
            if (!work.Wait(s_budget))
            {
                return known?.Words ?? [];
            }

            foreach (var old in s_cache.Where(static pair => pair.Value.Age >= s_keep))
            {
                s_cache.TryRemove(old.Key, out _);
            }

            return (s_cache[key] = new(work.Result, Environment.TickCount64)).Words;
        }
        catch (Exception)
        {
            // An error while a user presses the tab key has nowhere to go; the command itself will tell.
            return [];
        }
    }

    /// <summary>An answer of the service; null when there is no open session, when it takes too long, and on errors.</summary>
    public static T? Ask<T>(IDictionary boundParameters, Func<Client.SkydiveClient, CancellationToken, Task<T>> ask)
        where T : class
    {
        try
        {
            if (FindSession(boundParameters) is not { } session)
            {
                return null;
            }

            using var timeout = new CancellationTokenSource(s_budget);
            var work = Task.Run(() => ask(session.Client, timeout.Token));
            return work.Wait(s_budget) ? work.Result : null;
        }
        catch (Exception)
        {
            return null;
        }
    }

    /// <summary>Asks for the texts of a query.</summary>
    public static async Task<IReadOnlyList<string>> TextsAsync(Client.SkydiveClient client, string gremlin, CancellationToken cancellationToken)
    {
        var words = new SortedSet<string>(StringComparer.Ordinal);
        await foreach (var item in client.QueryAsync(gremlin, cancellationToken).ConfigureAwait(false))
        {
            if (item.Value.AsString is { Length: > 0 } word)
            {
                words.Add(word);
            }
        }

        return [.. words];
    }

    /// <summary>The words that begin with what was typed, as completions.</summary>
    public static IEnumerable<CompletionResult> Match(IEnumerable<string> words, string typed, string what)
    {
        string prefix = typed.Trim('\'', '"');
        foreach (string word in words)
        {
            if (word.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            {
                yield return new(Quote(word), word, CompletionResultType.ParameterValue, $"{what} {word}");
            }
        }
    }

    /// <summary>A text in quotes: in those that it was begun with, else in single ones.</summary>
    public static string QuoteText(string text, char quote) => quote == '"'
        ? $"\"{text.Replace("`", "``", StringComparison.Ordinal).Replace("\"", "`\"", StringComparison.Ordinal).Replace("$", "`$", StringComparison.Ordinal)}\""
        : $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private static Session? FindSession(IDictionary boundParameters)
    {
        var session = boundParameters["Session"] switch
        {
            Session open => open,
            string text => SessionStore.Find(text),
            _ => SessionStore.Default ?? (SessionStore.All is [var only] ? only : null),
        };
        return session is { IsClosed: false } ? session : null;
    }

    // A name with a wildcard character is meant literally, and PowerShell must not cut it at a blank or take it for a variable.
    private static string Quote(string word)
    {
        string literal = WildcardPattern.Escape(word);
        bool plain = literal.All(static character => char.IsLetterOrDigit(character) || character is '_' or '-' or '.' or ':' or '/') && char.IsLetterOrDigit(literal[0]);
        return plain ? literal : $"'{literal.Replace("'", "''", StringComparison.Ordinal)}'";
    }

    private sealed record Entry(IReadOnlyList<string> Words, long Since)
    {
        public TimeSpan Age => TimeSpan.FromMilliseconds(Environment.TickCount64 - Since);
    }
}
