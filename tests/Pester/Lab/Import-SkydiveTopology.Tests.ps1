BeforeDiscovery {
    . "$PSScriptRoot/../Common.ps1"
    $noLab = [bool](Get-LabProblem)
}

Describe 'Import-SkydiveTopology' -Skip:$noLab {
    BeforeAll {
        . "$PSScriptRoot/../Common.ps1"
        $lab = Start-Lab
    }

    AfterAll {
        Stop-Lab $lab
    }

    It 'brings nodes and edges into the graph, and takes them out again' {
        @{ Nodes = @(
                @{ ID = "$($lab.Prefix)-n1"; Metadata = @{ Name = "$($lab.Prefix)-tor"; Type = 'switch' } }
                @{ ID = "$($lab.Prefix)-n2"; Metadata = @{ Name = "$($lab.Prefix)-port"; Type = 'switchport' } }
                @{ ID = "$($lab.Prefix)-n3"; Metadata = @{ Name = 'nothing' } }
            )
            Edges = @(@{ ID = "$($lab.Prefix)-e1"; Parent = "$($lab.Prefix)-n1"; Child = "$($lab.Prefix)-n2"; Metadata = @{ RelationType = 'ownership' } })
        } | ConvertTo-Json -Depth 5 | Set-Content "$TestDrive/own.json"
        $result = Import-SkydiveTopology "$TestDrive/own.json" -Name $lab.Prefix -WarningVariable warning -WarningAction SilentlyContinue
        $result.NodeCount, $result.EdgeCount, $result.Origin | Should -Be 2, 1, "import.$($lab.Prefix)"
        "$warning" | Should -Match '1 nodes and 0 edges were passed over'
        (Get-SkydiveNode "$($lab.Prefix)-tor" | Get-SkydiveNeighbor).Name | Should -Be "$($lab.Prefix)-port"
        '{"Nodes":[],"Edges":[]}' | Set-Content "$TestDrive/own.json"
        (Get-Item "$TestDrive/own.json" | Import-SkydiveTopology -Name $lab.Prefix).NodeCount | Should -Be 0
        Get-SkydiveNode "$($lab.Prefix)-*" -Type switch* | Should -BeNullOrEmpty
    }

    It 'sends nothing with -WhatIf' {
        '{"Nodes":[{"ID":"wi1","Metadata":{"Name":"whatif","Type":"switch"}}],"Edges":[]}' | Set-Content "$TestDrive/wi.json"
        Import-SkydiveTopology "$TestDrive/wi.json" -WhatIf
        Get-SkydiveNode whatif* | Should -BeNullOrEmpty
    }

    It 'says which file is no topology: <Text>' -ForEach @(
        @{ Text = 'nonsense' }, @{ Text = '{}' }, @{ Text = '[1]' }, @{ Text = '{"Nodes":[{"ID":1}]}' }
    ) {
        $Text | Set-Content "$TestDrive/bad.json"
        $found = Get-ErrorOf { Import-SkydiveTopology "$TestDrive/bad.json" -ErrorAction Stop }
        $found.FullyQualifiedErrorId | Should -Be 'InvalidTopology,Skydive.PowerShell.ImportSkydiveTopologyCommand'
        $found.Exception.Message | Should -Match 'bad.json is no topology'
    }

    It 'goes on after a file that is not there' {
        $null = Import-SkydiveTopology "$TestDrive/nope.json" -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -Match '^FileNotFound,'
        (Get-ErrorOf { Import-SkydiveTopology "$TestDrive/wi.json" -Name 'no name' -ErrorAction Stop }).FullyQualifiedErrorId | Should -Match '^InvalidArgument,'
    }
}
