BeforeDiscovery {
    . "$PSScriptRoot/../Common.ps1"
    $noLab = [bool](Get-LabProblem)
}

Describe 'Completion inside Gremlin' -Skip:$noLab {
    BeforeAll {
        . "$PSScriptRoot/../Common.ps1"
        $lab = Start-Lab
    }

    AfterAll {
        Stop-Lab $lab
    }

    It 'completes <Line>' -ForEach @(
        @{ Line = 'Invoke-SkydiveQuery "G.V().HasK'; Expected = '"G.V().HasKey("' }
        @{ Line = "Invoke-SkydiveQuery 'G.V().Has(`"Typ"; Expected = "'G.V().Has(`"Type`"'" }
        @{ Line = "Test-SkydiveQuery `"G.V().Has('Type', 'bridg"; Expected = "`"G.V().Has('Type', 'bridge'`"" }
        @{ Line = "Get-SkydiveNeighbor `"G.V().HasK"; Expected = '"G.V().HasKey("' }
    ) {
        (Get-Completion $Line).CompletionText | Should -Contain $Expected
    }

    It 'completes names of nodes, keys and states' {
        (Get-Completion "Find-SkydivePath $($lab.Prefix)").CompletionText | Should -Contain $lab.A
        (Get-Completion 'Get-SkydiveNode -HasKey LinkF').CompletionText | Should -Be 'LinkFlags'
        (Get-Completion 'Get-SkydiveSocket -State EST').CompletionText | Should -Be 'ESTABLISHED'
    }

    It 'knows how a query begins without a session' {
        $code = 'Import-Module $args[0]; $line = "Invoke-SkydiveQuery `"G."; [Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null).CompletionMatches.CompletionText'
        $found = pwsh -NoProfile -CommandWithArgs $code $ModulePath
        $found | Should -Contain '"G.V()"'
    }
}
