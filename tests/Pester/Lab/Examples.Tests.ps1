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

        # Services that examples start are not those of this host, and units are not installed.
        $saved = @{}
        foreach ($name in 'XDG_STATE_HOME', 'SKYDIVE_STORAGE_DATA_DIR', 'SKYDIVE_ANALYZER_LISTEN', 'SKYDIVE_AGENT_LISTEN', 'PATH') { $saved[$name] = [Environment]::GetEnvironmentVariable($name) }
        $env:XDG_STATE_HOME = "$TestDrive/state"
        $env:SKYDIVE_STORAGE_DATA_DIR = "$TestDrive/data"
        $env:SKYDIVE_ANALYZER_LISTEN = '127.0.0.1:18982'
        $env:SKYDIVE_AGENT_LISTEN = '127.0.0.1:18981'
        $null = New-Item -ItemType Directory "$TestDrive/bin"
        Set-Content "$TestDrive/bin/systemctl" "#!/bin/sh`nexit 1"
        chmod +x "$TestDrive/bin/systemctl"
        $env:PATH = "$TestDrive/bin:$env:PATH"
        $null = New-SkydiveConfiguration "$TestDrive/skydive.yml"

        # What an example may say when the lab has no such thing, or when it shows an error on purpose.
        $allowed = '^FileNotFoundException$|^(\w+NotFound|PathNotFound|ConnectionFailed|GremlinSyntaxError|InvalidInjection|InvalidPingMesh|InvalidCapture|CaptureExists|OperationTimeout|SessionNotFound|AmbiguousSession|AmbiguousService|CapabilityMissing|AuthenticationFailed|ServiceRunning|AddressInUse),'
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
        Get-SkydiveService | Stop-SkydiveService -Force -TimeoutSeconds 5
        foreach ($name in $saved.Keys) { [Environment]::SetEnvironmentVariable($name, $saved[$name]) }
        Get-SkydivePingMesh | Remove-SkydivePingMesh -Confirm:$false
        Stop-Lab $lab
    }

    It '<Command>, example <Number>' -ForEach $examples {
        $code = $Code.Replace('vm1-eth0', $lab.A).Replace('vm2-eth0', $lab.B).Replace('br0', $lab.Bridge)
        Connect-SkydiveAnalyzer $env:SKYDIVE_TEST_ANALYZER
        $found = Invoke-Example $code
        $found | Where-Object { $_.FullyQualifiedErrorId -notmatch $allowed } | ForEach-Object { "$($_.FullyQualifiedErrorId): $_" } | Should -BeNullOrEmpty -Because $code
    }
}
