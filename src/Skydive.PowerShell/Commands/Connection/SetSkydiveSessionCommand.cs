using System.Management.Automation;
using Skydive.PowerShell.Completion;
using Skydive.PowerShell.Sessions;

namespace Skydive.PowerShell;

/// <summary>Changes a session, or makes it the default of this runspace. Other runspaces keep theirs.</summary>
[Cmdlet(VerbsCommon.Set, "SkydiveSession", SupportsShouldProcess = true)]
[OutputType(typeof(Session))]
public sealed class SetSkydiveSessionCommand : SkydiveCommand
{
    /// <summary>The session.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, HelpMessage = "The session: a session, its name or its address.")]
    [ArgumentCompleter(typeof(SessionCompleter))]
    public SkydiveSessionRef Session { get; set; } = null!;

    /// <summary>Makes it the default of this runspace.</summary>
    [Parameter(HelpMessage = "Makes it the default of this runspace.")]
    public SwitchParameter Default { get; set; }

    /// <summary>How long to wait for an answer to begin, and for each next part of it.</summary>
    [Parameter(HelpMessage = "How long to wait for an answer to begin, and for each next part of it, in seconds.")]
    [ValidateRange(1, 86400)]
    public int OperationTimeoutSeconds { get; set; }

    /// <summary>Gives the session.</summary>
    [Parameter(HelpMessage = "Gives the session.")]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        if (Session.Find() is not { } session)
        {
            WriteError(ErrorRecords.NotFound("session", "SessionNotFound", Session.ToString(), "Get-SkydiveSession shows the sessions."));
            return;
        }

        if (!ShouldProcess($"session {session.Name} with {session.Uri}", "Set"))
        {
            return;
        }

        if (OperationTimeoutSeconds > 0)
        {
            session.SetOperationTimeout(TimeSpan.FromSeconds(OperationTimeoutSeconds));
        }

        if (Default)
        {
            SessionStore.SetDefault(session, forProcess: false);
        }

        if (PassThru)
        {
            WriteObject(session);
        }
    }
}
