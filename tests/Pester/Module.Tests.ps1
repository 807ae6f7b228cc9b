BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    Import-Module $ModulePath -Force
}

Describe 'The module' {
    It 'has a valid manifest that names every cmdlet and alias' {
        $manifest = Test-ModuleManifest "$ModulePath/Skydive.psd1"
        $module = Get-Module Skydive
        $manifest.ExportedCmdlets.Keys | Sort-Object | Should -Be ($module.ExportedCmdlets.Keys | Sort-Object)
        $manifest.ExportedAliases.Keys | Sort-Object | Should -Be ($module.ExportedAliases.Keys | Sort-Object)
        $dll = [Reflection.Assembly]::LoadFrom("$ModulePath/Skydive.PowerShell.dll")
        $classes = $dll.GetExportedTypes() | Where-Object { $_.GetCustomAttributes([Management.Automation.CmdletAttribute], $false) }
        $classes.Count | Should -Be $module.ExportedCmdlets.Count
    }

    It 'has the surface that scripts rely on' {
        $expected = Get-Content "$PSScriptRoot/surface.txt"
        # To take over a change that is meant: . ./Common.ps1; Get-Surface | Set-Content surface.txt
        Compare-Object $expected @(Get-Surface) | Should -BeNullOrEmpty
    }

    It 'uses approved verbs and singular nouns' {
        $verbs = (Get-Verb).Verb
        Get-Command -Module Skydive -CommandType Cmdlet | ForEach-Object {
            $_.Verb | Should -BeIn $verbs
            $_.Noun | Should -Match '^Skydive[A-Z]'
        }
    }

    It 'offers -WhatIf and -Confirm on every change' {
        foreach ($name in 'Start-SkydiveCapture', 'Stop-SkydiveCapture', 'Import-SkydivePcap', 'Disconnect-SkydiveAnalyzer', 'Set-SkydiveSession') {
            (Get-Command $name).Parameters.Keys | Should -Contain 'WhatIf'
        }
    }

    It 'describes every parameter' {
        $builtin = [Management.Automation.Cmdlet]::CommonParameters + [Management.Automation.Cmdlet]::OptionalCommonParameters + 'First', 'Skip', 'IncludeTotalCount'
        $missing = foreach ($command in Get-Command -Module Skydive -CommandType Cmdlet) {
            foreach ($set in $command.ParameterSets) {
                $set.Parameters | Where-Object { $_.Name -notin $builtin -and -not $_.HelpMessage } |
                    ForEach-Object { "$($command.Name) -$($_.Name)" }
            }
        }
        $missing | Should -BeNullOrEmpty
    }

    It 'imports again with -Force' {
        Import-Module $ModulePath -Force
        Import-Module $ModulePath -Force
        (Get-Command -Module Skydive -CommandType Cmdlet).Count | Should -Be 38
        Remove-Module Skydive
        Import-Module $ModulePath
        (Get-Command -Module Skydive -CommandType Cmdlet).Count | Should -Be 38
    }

    It 'imports within its time budget' {
        $times = 1..5 | ForEach-Object {
            pwsh -NoProfile -NonInteractive -Command "`$process = [Diagnostics.Process]::GetCurrentProcess(); `$before = `$process.TotalProcessorTime; Import-Module '$ModulePath'; `$process.Refresh(); (`$process.TotalProcessorTime - `$before).TotalMilliseconds"
        }
        # Processor time, and the best of five: the budget is the module's, not the machine's, which does other things as well.
        ($times | ForEach-Object { [double]$_ } | Measure-Object -Minimum).Minimum | Should -BeLessThan 100
    }

    It 'loads no assembly but its own three' {
        $loaded = pwsh -NoProfile -NonInteractive -Command "`$before = [AppDomain]::CurrentDomain.GetAssemblies().Location; Import-Module '$ModulePath'; [AppDomain]::CurrentDomain.GetAssemblies().Location | Where-Object { `$_ -and `$_ -notin `$before -and `$_ -notlike ([IO.Path]::GetDirectoryName([psobject].Assembly.Location) + '*') }"
        $loaded | ForEach-Object { Split-Path -Leaf $_ } | Where-Object { $_ -notmatch '^(System|Microsoft)\.' } | Should -Match '^Skydive\.(PowerShell|Client|Contracts)\.dll$'
        Get-ChildItem $ModulePath -Filter *.dll | Should -HaveCount 3
    }
}

Describe 'The help' {
    It 'is what the markdown and the metadata give' {
        $root = "$RepositoryRoot/docs/help"
        & "$root/Build-Help.ps1" -ModulePath $ModulePath -OutputPath "$TestDrive/en-US"
        $built = Get-ChildItem "$TestDrive/en-US" | Sort-Object Name
        (Get-ChildItem "$root/en-US" | Sort-Object Name).Name | Should -Be $built.Name
        foreach ($file in $built) {
            [IO.File]::ReadAllText("$root/en-US/$($file.Name)") | Should -BeExactly ([IO.File]::ReadAllText($file.FullName)) -Because "$($file.Name) must be built anew with docs/help/Build-Help.ps1"
        }
    }

    It 'of every cmdlet has synopsis, description, three examples, inputs and outputs' {
        foreach ($command in Get-Command -Module Skydive -CommandType Cmdlet) {
            $help = Get-Help $command.Name -Full
            $help.Synopsis | Should -Not -Match "^\s*$($command.Name)" -Because $command.Name
            $help.description.Text | Should -Not -BeNullOrEmpty -Because $command.Name
            $help.examples.example.Count | Should -BeGreaterOrEqual 3 -Because $command.Name
            $help.inputTypes.inputType.type.name | Should -Not -BeNullOrEmpty -Because $command.Name
            $help.returnValues.returnValue.type.name | Should -Not -BeNullOrEmpty -Because $command.Name
        }
    }

    It 'names links that exist' {
        foreach ($command in Get-Command -Module Skydive -CommandType Cmdlet) {
            foreach ($link in (Get-Help $command.Name).relatedLinks.navigationLink.linkText) {
                if ($link -like 'about_*') { "$ModulePath/en-US/$link.help.txt" | Should -Exist }
                else { Get-Command $link -Module Skydive | Should -Not -BeNullOrEmpty }
            }
        }
    }

    It 'has examples that are PowerShell and use parameters that exist' {
        foreach ($command in Get-Command -Module Skydive -CommandType Cmdlet) {
            foreach ($example in (Get-Help $command.Name -Full).examples.example) {
                $errors = $null
                $tree = [Management.Automation.Language.Parser]::ParseInput($example.code, [ref]$null, [ref]$errors)
                $errors | Should -BeNullOrEmpty -Because "$($command.Name): $($example.code)"
                foreach ($call in $tree.FindAll({ $args[0] -is [Management.Automation.Language.CommandAst] }, $true)) {
                    $called = Get-Command $call.GetCommandName() -ErrorAction Ignore
                    $call.GetCommandName() -notmatch 'Skydive' -or $called | Should -BeTrue -Because $example.code
                    # Commands of other modules may be missing here.
                    if (-not $called) { continue }
                    if ($called.ResolvedCommand) { $called = $called.ResolvedCommand }
                    foreach ($parameter in $call.CommandElements | Where-Object { $_ -is [Management.Automation.Language.CommandParameterAst] }) {
                        # Where-Object and others shorten names; ours are written out.
                        if ($called.ModuleName -eq 'Skydive') {
                            @($called.Parameters.Keys) + @($called.Parameters.Values.Aliases) | Should -Contain $parameter.ParameterName -Because $example.code
                        }
                    }
                }
            }
        }
    }

    It 'has the about pages' {
        foreach ($name in 'about_Skydive', 'about_Skydive_Captures', 'about_Skydive_Gremlin', 'about_Skydive_Selectors', 'about_Skydive_Sessions', 'about_Skydive_Time', 'about_Skydive_Troubleshooting') {
            Get-Help $name | Out-String | Should -Match 'SHORT DESCRIPTION'
        }
    }
}
