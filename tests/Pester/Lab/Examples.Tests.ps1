# Runs every example of the help as a user would who copies it, against a real service and a lab. What fits no lab, such as the name of a
# host, may be an error about that item; nothing may end the command with an error of binding, of a query, or of the program.
BeforeDiscovery {
    . "$PSScriptRoot/../Common.ps1"
    $noLab = [bool](Get-LabProblem)
    $examples = foreach ($page in Get-ChildItem "$RepositoryRoot/docs/help/*-Skydive*.md") {
        $number = 0
        foreach ($block in [regex]::Matches((Get-Content $page -Raw), '(?ms)^```powershell\r?\n(.*?)\r?\n```')) {
            @{ Command = $page.BaseName; Number = ++$number; Code = $block.Groups[1].Value }
        }
    }
}

Describe 'The examples of the help' -Skip:$noLab {
    BeforeAll {
        . "$PSScriptRoot/../Common.ps1"
        $lab = Start-Lab

        # What an example may say when the lab has no such thing, or when it shows an error on purpose.
        $allowed = '^(\w+NotFound|PathNotFound|ConnectionFailed|GremlinSyntaxError|InvalidInjection|InvalidCapture|CaptureExists|OperationTimeout|SessionNotFound|AmbiguousSession|CapabilityMissing|AuthenticationFailed),'
        function Invoke-Example([string] $Code) {
            $shell = [powershell]::Create()
            try {
                $null = $shell.AddScript("Set-Location '$TestDrive'; Import-Module '$ModulePath'; Connect-SkydiveAnalyzer '$env:SKYDIVE_TEST_ANALYZER'; function Read-Host { ConvertTo-SecureString secret -AsPlainText -Force }; function Get-Credential { [pscredential]::new('admin', (Read-Host)) }; `$Error.Clear()").Invoke()
                $shell.Commands.Clear()
                $run = $shell.AddScript($Code).BeginInvoke()

                # What watches would go on for ever; that it started is what can be seen.
                if (-not $run.AsyncWaitHandle.WaitOne(8000)) {
                    $null = $shell.BeginStop($null, $null)
                    $null = $run.AsyncWaitHandle.WaitOne(5000)
                }

                $ending = $null
                try { $null = $shell.EndInvoke($run) } catch { $ending = $_.Exception.InnerException }
                if ($ending -and $ending -isnot [Management.Automation.PipelineStoppedException]) { $ending.ErrorRecord }
                $shell.Streams.Error
            }
            finally {
                $shell.Dispose()
            }
        }
    }

    AfterAll {
        # Sessions are those of the process, and examples close them all.
        Connect-SkydiveAnalyzer $env:SKYDIVE_TEST_ANALYZER
        Get-SkydiveCapture | Stop-SkydiveCapture -Confirm:$false
        Get-SkydiveInjection | Remove-SkydiveInjection -Confirm:$false
        Stop-Lab $lab
    }

    It '<Command>, example <Number>' -ForEach $examples {
        $code = $Code.Replace('vm1-eth0', $lab.A).Replace('vm2-eth0', $lab.B).Replace('br0', $lab.Bridge)
        Connect-SkydiveAnalyzer $env:SKYDIVE_TEST_ANALYZER
        $found = Invoke-Example $code
        $found | Where-Object { $_.FullyQualifiedErrorId -notmatch $allowed } | ForEach-Object { "$($_.FullyQualifiedErrorId): $_" } | Should -BeNullOrEmpty -Because $code
    }
}
