BeforeDiscovery {
    . "$PSScriptRoot/../Common.ps1"
    $noLab = [bool](Get-LabProblem)
}

Describe 'Get-SkydiveNeighbor' -Skip:$noLab {
    BeforeAll {
        . "$PSScriptRoot/../Common.ps1"
        $lab = Start-Lab
    }

    AfterAll {
        Stop-Lab $lab
    }

    It 'gives the nodes around a bridge, near ones first' {
        $found = Get-SkydiveNeighbor $lab.Bridge -Depth 2 -RelationType layer2
        $found | Should -BeOfType Skydive.Neighbor
        $found.Distance | Should -Be 1, 1, 2, 2
        $found[0..1].Name | Sort-Object | Should -Be $lab.A, $lab.B
        $found[2..3].Name | Should -Be 'eth0', 'eth0'
        $found[2..3].Via | Sort-Object | Should -Be $lab.A, $lab.B
        $found[0].RelationType | Should -Be 'layer2'
    }

    It 'follows edges one way' {
        (Get-SkydiveNeighbor $lab.Bridge -Direction Out).Name | Sort-Object | Should -Be $lab.A, $lab.B
        (Get-SkydiveNeighbor $lab.Bridge -Direction In).Type | Should -Be 'host'
        Get-SkydiveNeighbor $lab.Bridge -Direction In -RelationType layer2 | Should -BeNullOrEmpty
    }

    It 'takes nodes, names and Gremlin from the pipeline as one start' {
        $pair = Get-SkydiveNode $lab.A, $lab.B | Get-SkydiveNeighbor -RelationType layer2
        ($pair | Where-Object Name -EQ $lab.Bridge).Count | Should -Be 1
        $pair.Count | Should -Be 3
        (@{ Name = $lab.Bridge } | Get-SkydiveNeighbor -Direction Out).Count | Should -Be 2
        ("G.V().Has('Name','$($lab.Bridge)')" | Get-SkydiveNeighbor -Direction Out).Count | Should -Be 2
    }

    It 'pipes on into commands that take nodes' {
        (Get-SkydiveNeighbor $lab.Bridge -Direction Out | Get-SkydiveNode).Name | Sort-Object | Should -Be $lab.A, $lab.B
        (Get-SkydiveNeighbor $lab.Bridge -Direction Out | Start-SkydiveCapture -WhatIf) | Should -BeNullOrEmpty
    }

    It 'looks back' {
        $before = [DateTimeOffset]::Now
        Start-Sleep -Milliseconds 100
        ip link set $lab.A nomaster
        try {
            Wait-Until { @(Get-SkydiveNeighbor $lab.Bridge -Direction Out).Count -eq 1 } | Should -BeTrue
            (Get-SkydiveNeighbor $lab.Bridge -Direction Out -At $before).Count | Should -Be 2
        }
        finally {
            ip link set $lab.A master $lab.Bridge
            Wait-Until { @(Get-SkydiveNeighbor $lab.Bridge -Direction Out).Count -eq 2 } | Should -BeTrue
        }
    }

    It 'shows the way in 80 columns' {
        $text = Get-SkydiveNeighbor $lab.Bridge -Depth 2 -RelationType layer2 | Format-Text
        $text -join "`n" | Should -Match "1 $($lab.A) +veth +UP +layer2 +$($lab.Bridge)"
        ($text | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 80
    }

    It 'says what is wrong' {
        (Get-ErrorOf { Get-SkydiveNeighbor 'G.V().Foo()' }).FullyQualifiedErrorId | Should -Be 'GremlinInvalidStep,Skydive.PowerShell.GetSkydiveNeighborCommand'
        (Get-ErrorOf { Get-SkydiveNeighbor 'G.V().Count()' }).FullyQualifiedErrorId | Should -Match '^InvalidArgument,'
        Get-SkydiveNeighbor 'no-such-node' | Should -BeNullOrEmpty
    }
}
