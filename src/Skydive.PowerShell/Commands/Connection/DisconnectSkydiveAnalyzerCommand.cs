using System.Management.Automation;
using Skydive.PowerShell.Completion;
using Skydive.PowerShell.Sessions;

namespace Skydive.PowerShell;

/// <summary>Closes sessions: those given, the default one, or all.</summary>
[Cmdlet(VerbsCommunications.Disconnect, "SkydiveAnalyzer", SupportsShouldProcess = true, DefaultParameterSetName = SessionSet)]
[OutputType(typeof(void))]
public sealed class DisconnectSkydiveAnalyzerCommand : SkydiveCommand
{
    private const string SessionSet = "Session";
    private const string AllSet = "All";

    /// <summary>The sessions to close; the default one when it is left out.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = SessionSet, HelpMessage = "The sessions to close: sessions, names or addresses.")]
    [ArgumentCompleter(typeof(SessionCompleter))]
    public SkydiveSessionRef[]? Session { get; set; }

    /// <summary>Closes all sessions.</summary>
    [Parameter(Mandatory = true, ParameterSetName = AllSet, HelpMessage = "Closes all sessions.")]
    public SwitchParameter All { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        if (All)
        {
            foreach (var session in SessionStore.All)
            {
                Close(session);
            }

            return;
        }

        if (Session is null)
        {
            if (SessionStore.Default is { } session)
            {
                Close(session);
            }

            return;
        }

        foreach (var reference in Session)
        {
            if (reference.Find() is { } session)
            {
                Close(session);
            }
            else
            {
                WriteError(ErrorRecords.NotFound("session", "SessionNotFound", reference.ToString(), "Get-SkydiveSession shows the sessions."));
            }
        }
    }

    private void Close(Session session)
    {
        if (ShouldProcess($"session {session.Name} with {session.Uri}", "Disconnect"))
        {
            SessionStore.Close(session);
        }
    }
}
