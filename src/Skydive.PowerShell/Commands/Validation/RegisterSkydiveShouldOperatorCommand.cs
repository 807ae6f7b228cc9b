using System.Management.Automation;

namespace Skydive.PowerShell;

/// <summary>Teaches Pester's Should to speak of networks: BeSkydiveNode, HaveSkydiveNeighbor, HaveSkydivePath, HaveSkydiveConnectivity, HaveUniqueSkydiveAddress.</summary>
[Cmdlet(VerbsLifecycle.Register, "SkydiveShouldOperator")]
[OutputType(typeof(void))]
public sealed class RegisterSkydiveShouldOperatorCommand : SkydiveCommand
{
    /// <inheritdoc/>
    protected override void End()
    {
        if (InvokeCommand.GetCommand("Add-ShouldOperator", CommandTypes.Function) is null)
        {
            ThrowTerminatingError(ErrorRecords.Make(
                new InvalidOperationException("Pester is not loaded"), "PesterMissing", ErrorCategory.NotInstalled, null, "Run it in a test file with Invoke-Pester, or Import-Module Pester before; Install-Module Pester brings version 5 or 6."));
        }

        string path = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(typeof(RegisterSkydiveShouldOperatorCommand).Assembly.Location)!, "Pester", "Skydive.Pester.psm1");
        InvokeCommand.InvokeScript(useLocalScope: true, ScriptBlock.Create($"Import-Module '{path.Replace("'", "''", StringComparison.Ordinal)}' -Global -Force"), null, null);
    }
}
