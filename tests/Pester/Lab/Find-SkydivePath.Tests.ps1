BeforeDiscovery {
    . "$PSScriptRoot/../Common.ps1"
    $noLab = [bool](Get-LabProblem)
}

Describe 'Find-SkydivePath' -Skip:$noLab {
    BeforeAll {
        . "$PSScriptRoot/../Common.ps1"
        $lab = Start-Lab
    }

    AfterAll {
        Stop-Lab $lab
    }

    It 'finds the way between two interfaces' {
        $path = Find-SkydivePath $lab.A $lab.B
        $path | Should -BeOfType Skydive.Path
        "$path" | Should -Be "$($lab.A) ▸ $($lab.Bridge) ▸ $($lab.B)"
        $path.Hops, $path.MinimumMtu | Should -Be 2, 1500
        $path.Edges.RelationType | Should -Be 'layer2', 'layer2'
        $path.Source.Name, $path.Destination.Name | Should -Be $lab.A, $lab.B
    }

    It 'begins at every node of the pipeline and ends at the nearest' {
        $paths = Get-SkydiveNeighbor $lab.Bridge -Depth 2 -RelationType layer2 | Where-Object Distance -EQ 2 | Find-SkydivePath -Destination "G.V().Has('Name', Within('$($lab.Bridge)', '$($lab.A)'))"
        $paths.Hops | Sort-Object | Should -Be 1, 2
        (Find-SkydivePath $lab.A $lab.A).Hops | Should -Be 0
    }

    It 'does not take ownership for a way unless told' {
        $found = Get-ErrorOf { Find-SkydivePath lo $lab.Bridge -ErrorAction Stop }
        $found.FullyQualifiedErrorId | Should -Be 'PathNotFound,Skydive.PowerShell.FindSkydivePathCommand'
        $found.ErrorDetails.RecommendedAction | Should -Match 'RelationType'
        (Get-SkydiveNode lo | Where-Object { $_.Metadata.IPV4 } | Select-Object -First 1 | Find-SkydivePath -Destination $lab.Bridge -RelationType '*').Hops | Should -BeGreaterThan 0
        Find-SkydivePath lo $lab.Bridge -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
    }

    It 'minds -MaxHops' {
        (Get-ErrorOf { Find-SkydivePath $lab.A $lab.B -MaxHops 1 -ErrorAction Stop }).Exception.Message | Should -Match 'has 2 hops'
    }

    It 'says which node is not there' {
        $found = Get-ErrorOf { Find-SkydivePath no-such $lab.B -ErrorAction Stop }
        $found.FullyQualifiedErrorId, $found.TargetObject | Should -Be 'NodeNotFound,Skydive.PowerShell.FindSkydivePathCommand', 'no-such'
        (Get-ErrorOf { Find-SkydivePath $lab.A no-such }).TargetObject | Should -Be 'no-such'
    }

    It 'shows the queries with -Verbose' {
        (Find-SkydivePath $lab.A $lab.B -Verbose 4>&1 | Out-String) | Should -Match 'ShortestPathTo'
    }
}
