using System.Collections.Concurrent;
using System.Management.Automation;
using Skydive.Client;
using Skydive.Client.Gremlin;
using Skydive.Client.Queries;
using Skydive.PowerShell.Completion;
using Skydive.PowerShell.Jobs;
using Skydive.PowerShell.Sessions;

namespace Skydive.PowerShell;

/// <summary>What the commands share that ask a service.</summary>
public abstract class SessionCommand : SkydiveCommand
{
    private Session? _session;

    /// <summary>The session to use; the default one when it is left out.</summary>
    [Parameter(HelpMessage = "The session to use: a session, its name, or the address of an analyzer.")]
    [ArgumentCompleter(typeof(SessionCompleter))]
    public SkydiveSessionRef? Session { get; set; }

    private protected Session CurrentSession => _session ??= FindSession();

    private protected SkydiveClient Client => CurrentSession.Client;

    /// <summary>Asks a query, shows it with -Verbose, and takes each result as it comes.</summary>
    /// <param name="gremlin">The query.</param>
    /// <param name="emit">Takes each result.</param>
    private protected void Query(GremlinText gremlin, Action<QueryItem> emit)
    {
        string text = gremlin.ToString();
        WriteVerbose(text);
        var client = Client;
        Pump(token => client.QueryAsync(text, token), emit);
    }

    private protected long QueryCount(GremlinText gremlin)
    {
        string text = gremlin.ToString();
        WriteVerbose(text);
        var client = Client;
        return Await(token => client.QueryNumberAsync(text, token));
    }

    /// <summary>The one node that a selector gives: packets that leave from others than were meant help nobody.</summary>
    /// <param name="selector">The selector.</param>
    /// <param name="what">What the node is to be, for errors.</param>
    /// <exception cref="NodeSelectionException">There is none, or more than one.</exception>
    private protected Contracts.Topology.Node FindSingle(SkydiveSelector selector, string what)
    {
        var found = new List<Contracts.Topology.Node>();
        Query(selector.Nodes, item =>
        {
            if (item.Node is { } node)
            {
                found.Add(node);
            }
        });
        if (found.Count == 1)
        {
            return found[0];
        }

        string others = string.Join(", ", found.Take(5).Select(static node => $"{node.Name} ({node.Type}, {node.Host}, TID {node.TID})"));
        throw new NodeSelectionException(
            found.Count == 0
                ? $"no {what} node is called '{selector}'"
                : $"'{selector}' is no single {what} node: {others}{(found.Count > 5 ? ", …" : string.Empty)}; give the TID, pipe a node, or use Gremlin for all of them",
            found.Count > 1);
    }

    /// <summary>Runs a search of several queries, shows each with -Verbose, and takes each result as it comes.</summary>
    /// <typeparam name="T">What it finds.</typeparam>
    /// <param name="search">The search; it tells its queries.</param>
    /// <param name="emit">Takes each result.</param>
    private protected void Search<T>(Func<Action<string>, CancellationToken, IAsyncEnumerable<T>> search, Action<T> emit)
    {
        // Queries are told on another thread, and only the pipeline's may write.
        var asked = new ConcurrentQueue<string>();
        try
        {
            Pump(token => search(asked.Enqueue, token), item =>
            {
                ShowAsked();
                emit(item);
            });
        }
        finally
        {
            ShowAsked();
        }

        void ShowAsked()
        {
            while (asked.TryDequeue(out string? text))
            {
                WriteVerbose(text);
            }
        }
    }

    /// <summary>Starts this command with its parameters as a job, for -AsJob, and gives the job.</summary>
    private protected void StartJob()
    {
        var job = SkydiveJob.Create(this, CurrentSession);
        JobRepository.Add(job);
        try
        {
            WriteObject(job);
        }
        finally
        {
            // A pipeline that has enough of one job wants it to work all the same.
            job.Run();
        }
    }

    private Session FindSession()
    {
        if (Session is null)
        {
            return SessionStore.Resolve();
        }

        if (Session.Resolve() is { } session)
        {
            return session;
        }

        ThrowTerminatingError(ErrorRecords.NotFound("session", "SessionNotFound", Session.ToString(), "Get-SkydiveSession shows the sessions; Connect-SkydiveAnalyzer opens one."));
        throw new InvalidOperationException();
    }
}
