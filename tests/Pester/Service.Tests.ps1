# Services of this host, through the program of the service: real ones in the background, and units with a systemctl that writes down what it is told.
BeforeDiscovery {
    . "$PSScriptRoot/Common.ps1"
    $noProgram = -not (Test-ServiceProgram)
}

Describe 'A service of this host' -Skip:$noProgram {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        Import-Module $ModulePath -Force
        $saved = $env:XDG_STATE_HOME, $env:SKYDIVE_STORAGE_DATA_DIR, $env:PATH
        $env:XDG_STATE_HOME = "$TestDrive/state"
        $env:SKYDIVE_STORAGE_DATA_DIR = "$TestDrive/data"

        # Whatever systemd knows here is none of ours.
        $bin = "$TestDrive/bin"
        $null = New-Item -ItemType Directory $bin
        function Set-Systemctl([string] $Body) {
            Set-Content "$bin/systemctl" "#!/bin/sh`necho `"`$@`" >>$bin/told`n$Body"
            chmod +x "$bin/systemctl"
            Remove-Item "$bin/told" -ErrorAction Ignore
        }

        Set-Systemctl 'exit 1'
        $env:PATH = "${bin}:$env:PATH"
        function Get-FreeAddress {
            $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
            $listener.Start()
            "$($listener.LocalEndpoint)"
            $listener.Stop()
        }
    }

    AfterAll {
        Set-Systemctl 'exit 1'
        Get-SkydiveService | Stop-SkydiveService -Force -TimeoutSeconds 5
        Disconnect-SkydiveAnalyzer -All
        $env:XDG_STATE_HOME, $env:SKYDIVE_STORAGE_DATA_DIR, $env:PATH = $saved
    }

    It 'is not started by -WhatIf' {
        Start-SkydiveService Analyzer -WhatIf -PassThru | Should -BeNullOrEmpty
        "$TestDrive/state" | Should -Not -Exist
        Get-SkydiveService | Should -BeNullOrEmpty
    }

    It 'runs on when the PowerShell that started it ends' {
        $address = Get-FreeAddress
        $id = pwsh -NoProfile -NonInteractive -Command "Import-Module '$ModulePath'; (Start-SkydiveService Analyzer -ListenAddress $address -Wait -PassThru).Pid"
        $service = Get-SkydiveService
        $service | Should -BeOfType Skydive.Service
        $service.Pid | Should -Be $id
        $service.Role, $service.State | Should -Be 'Analyzer', 'Running'
        $service.Endpoints | Should -Be "http://$address"
        $service.MemoryBytes | Should -BeGreaterThan 10MB
        $service.Since | Should -BeGreaterThan ([DateTimeOffset]::Now.AddMinutes(-2))
        $service.Log | Should -Exist
        Connect-SkydiveAnalyzer $service.Endpoints
        (Get-SkydiveStatus).Service | Should -Be 'analyzer'
        (Get-SkydiveConfiguration analyzer.listen).Source | Should -Be 'SKYDIVE_ANALYZER_LISTEN'
    }

    It 'is shown in 80 columns' {
        $lines = Get-SkydiveService | Format-Text
        $lines[1] | Should -Match '^Role +Pid +State +Since +Memory +Endpoints'
        $lines | ForEach-Object Length | Should -Not -BeGreaterThan 80
        (Get-SkydiveService | Format-Text -List) -join "`n" | Should -Match 'Log +: .+analyzer\.log'
    }

    It 'is not started twice' {
        $problem = Get-ErrorOf { Start-SkydiveService Analyzer -ErrorAction Stop }
        $problem.FullyQualifiedErrorId | Should -Be 'ServiceRunning,Skydive.PowerShell.StartSkydiveServiceCommand'
        $problem.CategoryInfo.Category | Should -Be 'ResourceExists'
        Start-SkydiveService Analyzer -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems.Count | Should -Be 1
        (Get-ErrorOf { Start-SkydiveService Agent -ListenAddress (([uri](Get-SkydiveService).Endpoints[0]).Authority) -ErrorAction Stop }).FullyQualifiedErrorId | Should -Match '^AddressInUse,'
    }

    It 'has a log' {
        $entries = Get-SkydiveServiceLog
        $entries | Should -BeOfType Skydive.LogEntry
        $ready = $entries | Where-Object Message -Like 'Ready: Analyzer*'
        $ready.Level, $ready.Category | Should -Be 'Information', 'Skydive.Service'
        $ready.Time | Should -BeGreaterThan ([DateTimeOffset]::Now.AddMinutes(-2))
        Get-SkydiveServiceLog -Level Critical | Should -BeNullOrEmpty
        @(Get-SkydiveServiceLog -Tail 1).Count | Should -Be 1
        ($entries | Format-Text) | ForEach-Object Length | Should -Not -BeGreaterThan 80
    }

    It 'has a log that is followed until nobody reads it' {
        $watch = [Diagnostics.Stopwatch]::StartNew()
        (Get-SkydiveServiceLog -Follow | Select-Object -First 1).Message | Should -Match '^Ready'
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 10
        Wait-Until { -not (pgrep -f -- "service log --role analyzer .*--until-input-ends") } | Should -BeTrue
    }

    It 'is not stopped nor restarted by -WhatIf' {
        $id = (Get-SkydiveService).Pid
        Stop-SkydiveService -WhatIf
        Restart-SkydiveService -WhatIf
        (Get-SkydiveService).Pid | Should -Be $id
    }

    It 'is restarted as it was started' {
        $before = Get-SkydiveService
        $after = $before | Restart-SkydiveService -Wait -PassThru
        $after.Pid | Should -Not -Be $before.Pid
        $after.Endpoints | Should -Be $before.Endpoints
        $after.State | Should -Be 'Running'
    }

    It 'is stopped' {
        $id = (Get-SkydiveService).Pid
        (Stop-SkydiveService -PassThru).State | Should -Be 'Stopped'
        # What is left of it until init looks is no process any more.
        @(Get-Content "/proc/$id/stat" -ErrorAction Ignore) -match '\) [^ZX] ' | Should -BeNullOrEmpty
        Get-SkydiveService | Should -BeNullOrEmpty
        foreach ($command in { Stop-SkydiveService -ErrorAction Stop }, { Stop-SkydiveService Agent -ErrorAction Stop }, { Restart-SkydiveService Agent -ErrorAction Stop }, { Get-SkydiveServiceLog Agent -ErrorAction Stop }) {
            (Get-ErrorOf $command).FullyQualifiedErrorId | Should -Match '^ServiceNotFound,'
        }
    }

    It 'that ends instead of becoming ready says why' {
        Set-Content "$TestDrive/bad.yml" "storage.data_dir: $TestDrive/bad.yml"
        $saved = $env:SKYDIVE_STORAGE_DATA_DIR
        $env:SKYDIVE_STORAGE_DATA_DIR = $null
        try {
            $problem = Get-ErrorOf { Start-SkydiveService Analyzer -ListenAddress (Get-FreeAddress) -ConfigurationPath "$TestDrive/bad.yml" -Wait -ErrorAction Stop }
        }
        finally {
            $env:SKYDIVE_STORAGE_DATA_DIR = $saved
        }
        $problem.FullyQualifiedErrorId | Should -Be 'ServiceEnded,Skydive.PowerShell.StartSkydiveServiceCommand'
        "$problem" | Should -Match 'The service cannot run'
        (Get-SkydiveService).State | Should -Be 'Exited'
        Stop-SkydiveService
    }

    It 'is not started with a configuration that is not valid' {
        Set-Content "$TestDrive/bad.yml" 'flow.update: soon'
        $problem = Get-ErrorOf { Start-SkydiveService Analyzer -ConfigurationPath "$TestDrive/bad.yml" -ErrorAction Stop }
        $problem.FullyQualifiedErrorId | Should -Be 'InvalidConfiguration,Skydive.PowerShell.StartSkydiveServiceCommand'
        "$problem" | Should -Match 'bad.yml:1:14'
    }

    It 'is installed as a unit in a folder' {
        Install-SkydiveService Agent -UnitPath "$TestDrive/units" -WhatIf | Should -BeNullOrEmpty
        "$TestDrive/units" | Should -Not -Exist
        $unit = Install-SkydiveService Agent -UnitPath "$TestDrive/units" -User probe -Capability CAP_NET_RAW -ConfigurationPath "$TestDrive/bad.yml" -Confirm:$false
        $unit.State, $unit.Unit | Should -Be 'Written', 'skydive-agent.service'
        $text = Get-Content $unit.UnitPath
        $text | Should -Contain 'User=probe'
        $text | Should -Contain 'CapabilityBoundingSet=CAP_NET_RAW'
        ($text -match '^ExecStart=') | Should -Match " agent -c $TestDrive/bad.yml$"
        Uninstall-SkydiveService Agent -UnitPath "$TestDrive/units" -WhatIf
        $unit.UnitPath | Should -Exist
        Uninstall-SkydiveService Agent -UnitPath "$TestDrive/units" -Confirm:$false
        $unit.UnitPath | Should -Not -Exist
        (Get-ErrorOf { Uninstall-SkydiveService Agent -UnitPath "$TestDrive/units" -Confirm:$false -ErrorAction Stop }).FullyQualifiedErrorId | Should -Be 'ServiceNotFound,Skydive.PowerShell.UninstallSkydiveServiceCommand'
    }

    It 'cannot be a unit without systemd' {
        Set-Systemctl 'echo "System has not been booted with systemd" >&2; exit 1'
        $problem = Get-ErrorOf { Install-SkydiveService Agent -Confirm:$false -ErrorAction Stop }
        $problem.FullyQualifiedErrorId | Should -Be 'CapabilityMissing,Skydive.PowerShell.InstallSkydiveServiceCommand'
        "$problem" | Should -Match 'has not been booted with systemd'
        $problem.ErrorDetails.RecommendedAction | Should -Match 'Start-SkydiveService'
    }

    It 'that is a unit is shown, started and stopped by systemctl' {
        Set-Systemctl 'case "$1" in show) printf "Id=skydive-agent.service\nLoadState=loaded\nActiveState=inactive\nMainPID=0\nFragmentPath=/x/skydive-agent.service\n" ;; esac'
        $unit = Get-SkydiveService Agent
        $unit.State, $unit.Unit, $unit.UnitPath | Should -Be 'Stopped', 'skydive-agent.service', '/x/skydive-agent.service'
        Start-SkydiveService Agent
        Stop-SkydiveService Agent
        Get-Content "$bin/told" | Should -Contain '--no-ask-password start skydive-agent.service'
        Get-Content "$bin/told" | Should -Contain '--no-ask-password stop skydive-agent.service'
        (Get-ErrorOf { Start-SkydiveService Agent -Probe lldp -ErrorAction Stop }).FullyQualifiedErrorId | Should -Match '^ServiceInstalled,'
    }

    It 'needs its program' {
        $env:SKYDIVE_SERVICE = "$TestDrive/none"
        try {
            foreach ($command in { Start-SkydiveService -ErrorAction Stop }, { Get-SkydiveService -ErrorAction Stop }, { Stop-SkydiveService -ErrorAction Stop }, { Get-SkydiveServiceLog Agent -ErrorAction Stop }) {
                (Get-ErrorOf $command).FullyQualifiedErrorId | Should -Match '^CapabilityMissing,'
            }
            Get-SkydiveService -ErrorAction SilentlyContinue -ErrorVariable problems | Should -BeNullOrEmpty
            $problems.Count | Should -Be 1
        }
        finally {
            Remove-Item env:SKYDIVE_SERVICE
        }
    }
}
