using System.Management.Automation;

namespace Skydive.PowerShell.Sessions;

/// <summary>Closes the sessions that a runspace opened when the module is removed from it.</summary>
public sealed class ModuleCleanup : IModuleAssemblyCleanup
{
    /// <inheritdoc/>
    public void OnRemove(PSModuleInfo psModuleInfo)
    {
        var runspace = SessionStore.CurrentRunspace;
        foreach (var session in SessionStore.All.Where(session => session.Runspace == runspace))
        {
            SessionStore.Close(session);
        }
    }
}
