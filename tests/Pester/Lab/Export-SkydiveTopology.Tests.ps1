BeforeDiscovery {
    . "$PSScriptRoot/../Common.ps1"
    $noLab = [bool](Get-LabProblem)
}

Describe 'Export-SkydiveTopology' -Skip:$noLab {
    BeforeAll {
        . "$PSScriptRoot/../Common.ps1"
        $lab = Start-Lab
    }

    AfterAll {
        Stop-Lab $lab
    }

    It 'writes <Name>' -ForEach @(
        @{ Name = 'json'; Pattern = '"Nodes"' }
        @{ Name = 'dot'; Pattern = '^digraph topology' }
        @{ Name = 'graphml'; Pattern = '<graphml' }
        @{ Name = 'mmd'; Pattern = '^flowchart TB' }
        @{ Name = 'csv'; Pattern = '^ID,Name,Type' }
    ) {
        $files = Get-SkydiveNode $lab.Bridge, $lab.A, $lab.B | Export-SkydiveTopology "$TestDrive/part.$Name" -PassThru
        $files | Should -BeOfType IO.FileInfo
        $text = Get-Content $files[0] -Raw
        $text | Should -Match $Pattern
        $text | Should -Match $lab.A
        if ($Name -eq 'csv') {
            (Import-Csv $files[0]).Name | Sort-Object | Should -Be ($lab.Bridge, $lab.A, $lab.B | Sort-Object)
            (Import-Csv $files[1]).RelationType | Should -Be 'layer2', 'layer2'
        }
        elseif ($Name -eq 'graphml') {
            $graph = ([xml]$text).graphml.graph
            $graph.node.Count, $graph.edge.Count | Should -Be 3, 2
        }
        elseif ($Name -eq 'json') {
            $graph = @($text | ConvertFrom-Json -AsHashtable)[0]
            $graph.Nodes.Count, $graph.Edges.Count | Should -Be 3, 2
        }
    }

    It 'writes the whole graph, also of the past' {
        Export-SkydiveTopology "$TestDrive/all.json"
        Export-SkydiveTopology "$TestDrive/past.json" -At now
        @(Get-Content "$TestDrive/all.json" -Raw | ConvertFrom-Json -AsHashtable)[0].Nodes.Count | Should -BeGreaterThan 5
        @(Get-Content "$TestDrive/past.json" -Raw | ConvertFrom-Json -AsHashtable)[0].Nodes.Count | Should -BeGreaterThan 5
    }

    It 'replaces a file only with -Force and leaves no half of one' {
        'mine' | Set-Content "$TestDrive/mine.json"
        (Get-ErrorOf { Export-SkydiveTopology "$TestDrive/mine.json" }).FullyQualifiedErrorId | Should -Be 'FileExists,Skydive.PowerShell.ExportSkydiveTopologyCommand'
        Get-Content "$TestDrive/mine.json" | Should -Be 'mine'
        Export-SkydiveTopology "$TestDrive/mine.json" -Force
        Get-Content "$TestDrive/mine.json" -Raw | Should -Match 'Nodes'
        Export-SkydiveTopology "$TestDrive/none.json" -WhatIf
        "$TestDrive/none.json" | Should -Not -Exist
        Get-ChildItem $TestDrive -Filter *.part | Should -BeNullOrEmpty
    }

    It 'asks for the form when the ending tells none' {
        (Get-ErrorOf { Export-SkydiveTopology "$TestDrive/x.txt" }).Exception.Message | Should -Match '-Format Json, Dot'
        Export-SkydiveTopology "$TestDrive/x.txt" -Format Dot
        "$TestDrive/x.txt" | Should -FileContentMatch 'digraph'
    }
}
