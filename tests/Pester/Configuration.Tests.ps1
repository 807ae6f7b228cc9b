# Settings of a service, and of configuration files through the program of the service.
BeforeDiscovery {
    . "$PSScriptRoot/Common.ps1"
    $noProgram = -not (Test-ServiceProgram)
}

BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    Import-Module $ModulePath -Force
    $fake = Start-FakeAnalyzer
    Connect-SkydiveAnalyzer $fake.Uri
}

AfterAll {
    Disconnect-SkydiveAnalyzer -All
    Stop-FakeAnalyzer $fake
}

Describe 'Get-SkydiveConfiguration of a service' {
    It 'gives all settings with their types' {
        $settings = Get-SkydiveConfiguration
        $settings | Should -BeOfType Skydive.Setting
        $settings.Count | Should -Be 6
        $update = $settings | Where-Object Key -EQ flow.update
        $update.Value | Should -Be ([timespan]'00:01:00')
        $update.Source | Should -Be 'default'
        ($settings | Where-Object Key -EQ analyzers).Value | Should -Be 'a:1', 'b:2'
        ($settings | Where-Object Key -EQ agent.metadata).Value.rack | Should -Be 7
    }

    It 'takes keys, wildcards, and names for the * of a group' {
        (Get-SkydiveConfiguration a*).Key | Should -Be 'analyzer.listen', 'analyzers', 'agent.metadata', 'auth.password'
        (Get-SkydiveConfiguration flow.update, analyzers).Count | Should -Be 2
        $group = Get-SkydiveConfiguration storage.mine.max_age
        $group.Key | Should -Be 'storage.mine.max_age'
        $group.Value | Should -Be ([timespan]'7.00:00:00')
    }

    It 'takes what files set, or the defaults' {
        (Get-SkydiveConfiguration -Source File).Key | Should -Be 'analyzer.listen', 'agent.metadata', 'auth.password'
        (Get-SkydiveConfiguration analyzer.listen -Source Default).Value | Should -Be '127.0.0.1:8082'
    }

    It 'shows no secret' {
        (Get-SkydiveConfiguration auth.password).Value | Should -Be '***'
        (Get-SkydiveConfiguration auth.password).IsSecret | Should -BeTrue
    }

    It 'is an error about a key that is not known, and goes on' {
        $found = Get-SkydiveConfiguration nosuch, flow.update -ErrorAction SilentlyContinue -ErrorVariable problem
        $found.Key | Should -Be 'flow.update'
        $problem.FullyQualifiedErrorId | Should -Be 'SettingNotFound,Skydive.PowerShell.GetSkydiveConfigurationCommand'
        $problem.TargetObject | Should -Be 'nosuch'
        (Get-ErrorOf { Get-SkydiveConfiguration nosuch -ErrorAction Stop }).CategoryInfo.Category | Should -Be 'ObjectNotFound'
        Get-SkydiveConfiguration nosuch* | Should -BeNullOrEmpty
    }

    It 'fits 80 columns' {
        $lines = Get-SkydiveConfiguration | Format-Text
        $lines[1] | Should -Match '^Key +Value +Default +Source'
        $lines | ForEach-Object Length | Should -Not -BeGreaterThan 80
        (Get-SkydiveConfiguration flow.update | Format-Text -List) -join "`n" | Should -Match 'Description +: How often flows are sent\.'
    }

    It 'completes keys' {
        (Get-Completion 'Get-SkydiveConfiguration fl').CompletionText | Should -Be 'flow.update'
        (Get-Completion 'Get-SkydiveConfiguration storage').CompletionText | Should -Be 'storage.sqlite.max_age'
    }

    It 'survives JSON and CLIXML' {
        $setting = Get-SkydiveConfiguration flow.update
        ($setting | ConvertTo-Json | ConvertFrom-Json).Key | Should -Be 'flow.update'
        [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($setting)).Value | Should -Be $setting.Value
    }
}

Describe 'Configuration files' -Skip:$noProgram {
    BeforeEach {
        $path = "$TestDrive/skydive.yml"
        Set-Content $path "# mine`nflow:`n  update: 60   # often`nstorage.sqlite.max_age: 3d`n" -NoNewline
        $before = Get-Content $path -Raw
    }

    It 'are read' {
        (Get-SkydiveConfiguration -Path $path -Source File).Key | Should -Be 'storage.sqlite.max_age', 'flow.update'
        (Get-SkydiveConfiguration flow.update -Path $path).Source | Should -Be "${path}:3:11"
        (Get-Item $path | Get-SkydiveConfiguration storage.sqlite.max_age).Value.Days | Should -Be 3
        (Get-SkydiveConfiguration flow.expire -Path $path).Value.TotalMinutes | Should -Be 10
        (Get-SkydiveConfiguration flow.update -Path $path -Source Default).Value.TotalSeconds | Should -Be 60
        (Get-ErrorOf { Get-SkydiveConfiguration -Path "$TestDrive/none.yml" -ErrorAction Stop }).FullyQualifiedErrorId | Should -Match '^FileNotFound,'
    }

    It 'tell what is wrong in them as warnings' {
        Set-Content $path "flow.update: x`nflow.expire: 5"
        (Get-SkydiveConfiguration flow.expire -Path $path -WarningVariable found -WarningAction SilentlyContinue).Value.TotalSeconds | Should -Be 5
        $found | Should -Match "skydive.yml:1:14: error: flow.update: 'x' is not valid"
    }

    It 'are changed at one place' {
        $setting = Set-SkydiveConfiguration flow.update (New-TimeSpan -Seconds 30) $path -PassThru
        $setting.Value.TotalSeconds | Should -Be 30
        Get-Content $path -Raw | Should -BeExactly $before.Replace('update: 60', 'update: 30s')
        Set-SkydiveConfiguration flow.update 7 $path | Should -BeNullOrEmpty
        (Get-SkydiveConfiguration flow.update -Path $path).Value.TotalSeconds | Should -Be 7
    }

    It 'take values of every type' {
        Set-SkydiveConfiguration agent.topology.probes lldp, socketinfo $path
        (Get-SkydiveConfiguration agent.topology.probes -Path $path).Value | Should -Be 'lldp', 'socketinfo'
        Set-SkydiveConfiguration agent.topology.probes @() $path
        (Get-SkydiveConfiguration agent.topology.probes -Path $path).Value | Should -BeNullOrEmpty
        Set-SkydiveConfiguration agent.metadata @{ rack = 7; site = @{ row = 'b # c'; free = $true } } -Path $path
        $metadata = (Get-SkydiveConfiguration agent.metadata -Path $path).Value
        $metadata.rack, $metadata.site.row, $metadata.site.free | Should -Be 7, 'b # c', $true
        Set-SkydiveConfiguration agent.metadata_config.files @(@{ path = '/etc/a.json'; name = 'a' }) $path
        (Get-SkydiveConfiguration agent.metadata_config.files -Path $path).Value[0].name | Should -Be 'a'
        Set-SkydiveConfiguration host_id (ConvertTo-SecureString 'it''s "me" ü' -AsPlainText -Force) $path
        (Get-SkydiveConfiguration host_id -Path $path).Value | Should -Be 'it''s "me" ü'
        Set-SkydiveConfiguration flow.max_entries 1234 $path
        (Get-SkydiveConfiguration flow.max_entries -Path $path).Value | Should -Be 1234
    }

    It 'are copied setting by setting' {
        $other = "$TestDrive/other.yml"
        Set-Content $other '# other'
        Get-SkydiveConfiguration -Path $path -Source File | Set-SkydiveConfiguration -Path $other
        Compare-Object (Get-SkydiveConfiguration -Path $path -Source File | Select-Object Key, Value) (Get-SkydiveConfiguration -Path $other -Source File | Select-Object Key, Value) -Property Key, Value | Should -BeNullOrEmpty
    }

    It 'are left alone when a value is not valid' -ForEach @(
        @{ Key = 'flow.update'; Value = 'never'; Id = 'InvalidSetting' }
        @{ Key = 'flow.updatte'; Value = 5; Id = 'SettingNotFound' }
        @{ Key = 'analyzer.listen'; Value = '0.0.0.0:1'; Id = 'InvalidSetting' }
        @{ Key = 'host_id'; Value = '***'; Id = 'InvalidSetting' }
        @{ Key = 'host_id'; Value = $null; Id = 'InvalidSetting' }
        @{ Key = 'host_id'; Value = @('a', 'b'); Id = 'InvalidSetting' }
    ) {
        $problem = Get-ErrorOf { Set-SkydiveConfiguration $Key $Value $path -ErrorAction Stop }
        $problem.FullyQualifiedErrorId | Should -Be "$Id,Skydive.PowerShell.SetSkydiveConfigurationCommand"
        $problem.TargetObject | Should -Be $Key
        Set-SkydiveConfiguration $Key $Value $path -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems.Count | Should -Be 1
        Get-Content $path -Raw | Should -BeExactly $before
    }

    It 'are left alone by -WhatIf' {
        Set-SkydiveConfiguration flow.update 5 $path -WhatIf
        Get-Content $path -Raw | Should -BeExactly $before
        New-SkydiveConfiguration $path -Force -WhatIf | Should -BeNullOrEmpty
        Get-Content $path -Raw | Should -BeExactly $before
        New-SkydiveConfiguration "$TestDrive/new.yml" -WhatIf
        "$TestDrive/new.yml" | Should -Not -Exist
    }

    It 'that are not there are an error' {
        (Get-ErrorOf { Set-SkydiveConfiguration flow.update 5 "$TestDrive/none.yml" -ErrorAction Stop }).FullyQualifiedErrorId | Should -Match '^FileNotFound,'
    }

    It 'are made' {
        $made = New-SkydiveConfiguration "$TestDrive/made.yml"
        $made | Should -BeOfType IO.FileInfo
        Test-SkydiveConfiguration $made | Should -BeTrue
        Test-SkydiveConfiguration $made -Detailed | Should -BeNullOrEmpty
        Get-SkydiveConfiguration -Path $made.FullName -Source File | Should -BeNullOrEmpty
        (Get-ErrorOf { New-SkydiveConfiguration "$TestDrive/made.yml" -ErrorAction Stop }).FullyQualifiedErrorId | Should -Be 'FileExists,Skydive.PowerShell.NewSkydiveConfigurationCommand'
        New-SkydiveConfiguration "$TestDrive/made.yml" -Role Agent -Force | Should -Not -BeNullOrEmpty
        Get-Content "$TestDrive/made.yml" | Should -Not -Contain 'analyzer:'
    }

    It 'are tested' {
        Test-SkydiveConfiguration $path | Should -BeTrue
        Set-Content $path "flow:`n  update: x`n  updatte: 5`nanalyzer.listen: 0.0.0.0:1"
        Test-SkydiveConfiguration $path | Should -BeFalse
        $found = Get-Item $path | Test-SkydiveConfiguration -Detailed
        $found | Should -BeOfType Skydive.ConfigurationDiagnostic
        $found.Line | Should -Be 2, 3, 4
        $found.Column | Should -Be 11, 3, 18
        $found.Severity | Should -Be 'Error', 'Warning', 'Error'
        $found.Key | Should -Be 'flow.update', 'flow.updatte', 'analyzer.listen'
        $found.Path | Should -Be $path, $path, $path

        # An analyzer that is reached from elsewhere does not concern an agent.
        (Test-SkydiveConfiguration $path -Role Agent -Detailed).Key | Should -Be 'flow.update', 'flow.updatte'
        ($found | Format-Text) | ForEach-Object Length | Should -Not -BeGreaterThan 80
        Test-SkydiveConfiguration "$TestDrive/none.yml" -ErrorAction SilentlyContinue -ErrorVariable problem | Should -BeNullOrEmpty
        $problem.FullyQualifiedErrorId | Should -Be 'FileNotFound,Skydive.PowerShell.TestSkydiveConfigurationCommand'
    }

    It 'complete their keys without a session' {
        Disconnect-SkydiveAnalyzer -All
        try {
            Wait-Until { (Get-Completion 'Set-SkydiveConfiguration storage.sql').CompletionText -contains 'storage.sqlite.max_size' } | Should -BeTrue
        }
        finally {
            Connect-SkydiveAnalyzer $fake.Uri
        }
    }

    It 'need the program of the service' {
        $env:SKYDIVE_SERVICE = '/no/such/skydive'
        try {
            $problem = Get-ErrorOf { Test-SkydiveConfiguration $path -ErrorAction Stop }
            $problem.FullyQualifiedErrorId | Should -Be 'CapabilityMissing,Skydive.PowerShell.TestSkydiveConfigurationCommand'
            $problem.CategoryInfo.Category | Should -Be 'NotInstalled'
            $problem.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        }
        finally {
            Remove-Item env:SKYDIVE_SERVICE
        }
    }
}
