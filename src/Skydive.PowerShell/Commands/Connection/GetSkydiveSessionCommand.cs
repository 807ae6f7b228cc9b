using System.Management.Automation;
using Skydive.PowerShell.Completion;
using Skydive.PowerShell.Sessions;

namespace Skydive.PowerShell;

/// <summary>Lists the open sessions.</summary>
[Cmdlet(VerbsCommon.Get, "SkydiveSession")]
[OutputType(typeof(Session))]
public sealed class GetSkydiveSessionCommand : SkydiveCommand
{
    /// <summary>Names or patterns.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, HelpMessage = "Names of sessions; wildcards are allowed.")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SessionCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <summary>The default session only.</summary>
    [Parameter(HelpMessage = "The default session only.")]
    public SwitchParameter Default { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        foreach (string name in Name)
        {
            var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
            var found = SessionStore.All.Where(session => pattern.IsMatch(session.Name) && (!Default || session.IsDefault)).ToList();
            WriteObject(found, enumerateCollection: true);
            if (found.Count == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                WriteError(ErrorRecords.NotFound("session", "SessionNotFound", name));
            }
        }
    }
}
