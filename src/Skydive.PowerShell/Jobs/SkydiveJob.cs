using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace Skydive.PowerShell.Jobs;

/// <summary>
/// A command that runs in the background, for -AsJob: Get-Job, Receive-Job, Wait-Job, Stop-Job and Remove-Job work on it as on any other. It
/// runs in a runspace of its own in this process and uses the session that was current when it was started.
/// </summary>
public sealed class SkydiveJob : Job
{
    /// <summary>What Get-Job shows as its type.</summary>
    public const string JobType = "SkydiveJob";

    // A job that nobody reads must not grow for ever. What comes beyond is dropped, oldest first, and told by a warning.
    private const int MaximumOutput = 100_000;

    private readonly System.Management.Automation.PowerShell _shell;
    private readonly PSDataCollection<PSObject> _output = [];
    private readonly string _location;
    private long _dropped;
    private bool _isStopping;

    private SkydiveJob(string command, IDictionary<string, object> parameters, string location, string line)
        : base(line, command)
    {
        PSJobTypeName = JobType;
        _location = location;
        var state = InitialSessionState.CreateDefault2();
        state.ImportPSModule([System.IO.Path.Combine(System.IO.Path.GetDirectoryName(typeof(SkydiveJob).Assembly.Location)!, "Skydive.psd1")]);
        var runspace = RunspaceFactory.CreateRunspace(state);
        runspace.Open();
        _shell = System.Management.Automation.PowerShell.Create();
        _shell.Runspace = runspace;
        _shell.AddCommand($"Skydive\\{command}").AddParameters((IDictionary)parameters);
        Error = _shell.Streams.Error;
        Warning = _shell.Streams.Warning;
        Verbose = _shell.Streams.Verbose;
        Progress = _shell.Streams.Progress;
        Information = _shell.Streams.Information;
        Debug = _shell.Streams.Debug;
        _output.DataAdded += OnDataAdded;
        _shell.InvocationStateChanged += OnStateChanged;
    }

    /// <inheritdoc/>
    public override bool HasMoreData => Output.Count > 0 || Error.Count > 0 || JobStateInfo.State == JobState.Running;

    /// <inheritdoc/>
    public override string Location => _location;

    /// <inheritdoc/>
    public override string StatusMessage => _dropped > 0 ? $"{_dropped} results were dropped" : string.Empty;

    /// <inheritdoc/>
    public override void StopJob()
    {
        _isStopping = true;
        _shell.Stop();
    }

    /// <summary>Makes a job of the command that is running, with the parameters that it was given but -AsJob.</summary>
    /// <param name="cmdlet">The command.</param>
    /// <param name="session">The session to use.</param>
    internal static SkydiveJob Create(PSCmdlet cmdlet, Session session)
    {
        var parameters = new Dictionary<string, object>(cmdlet.MyInvocation.BoundParameters, StringComparer.OrdinalIgnoreCase);
        parameters.Remove("AsJob");
        parameters["Session"] = session;
        var job = new SkydiveJob(cmdlet.MyInvocation.MyCommand.Name, parameters, session.Uri.AbsoluteUri, cmdlet.MyInvocation.Line.Trim());
        job.SetJobState(JobState.Running);
        return job;
    }

    /// <summary>Begins to work. Whoever waits for the job must have it by then: Receive-Job -AutoRemoveJob stumbles over one that ends while it is handed over.</summary>
    internal void Run() => _shell.BeginInvoke<PSObject, PSObject>(null, _output);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _shell.Stop();
            _shell.Runspace?.Dispose();
            _shell.Dispose();
            _output.Dispose();
        }

        base.Dispose(disposing);
    }

    private void OnDataAdded(object? sender, DataAddedEventArgs arguments)
    {
        foreach (var item in _output.ReadAll())
        {
            if (Output.Count >= MaximumOutput)
            {
                Output.RemoveAt(0);
                if (_dropped++ == 0)
                {
                    Warning.Add(new WarningRecord($"more than {MaximumOutput} results wait: the oldest are dropped; Receive-Job takes them"));
                }
            }

            Output.Add(item);
        }
    }

    private void OnStateChanged(object? sender, PSInvocationStateChangedEventArgs arguments)
    {
        switch (arguments.InvocationStateInfo.State)
        {
            case PSInvocationState.Completed:
                SetJobState(JobState.Completed);
                break;
            case PSInvocationState.Stopped:
                SetJobState(JobState.Stopped);
                break;
            case PSInvocationState.Failed:
                if (arguments.InvocationStateInfo.Reason is { } reason && !_isStopping)
                {
                    Error.Add((reason as IContainsErrorRecord)?.ErrorRecord ?? new ErrorRecord(reason, "JobFailed", ErrorCategory.NotSpecified, null));
                }

                SetJobState(_isStopping ? JobState.Stopped : JobState.Failed);
                break;
        }
    }
}
