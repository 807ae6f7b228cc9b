BeforeDiscovery {
    . "$PSScriptRoot/../Common.ps1"
    $noLab = [bool](Get-LabProblem)
}

Describe 'Compare-SkydiveTopology' -Skip:$noLab {
    BeforeAll {
        . "$PSScriptRoot/../Common.ps1"
        $lab = Start-Lab
    }

    AfterAll {
        Stop-Lab $lab
    }

    It 'tells what changed, came and went' {
        $before = [DateTimeOffset]::Now
        Start-Sleep -Milliseconds 100
        ip link set $lab.A mtu 1400
        ip link add "$($lab.Prefix)x" type bridge
        try {
            Wait-Until { @(Get-SkydiveNode "$($lab.Prefix)x" -ErrorAction Ignore).Count -and (Get-SkydiveNode $lab.A).Metadata.MTU -eq 1400 } | Should -BeTrue
            Wait-Until { @(Compare-SkydiveTopology $before | Where-Object Name -EQ "$($lab.Prefix)x").Count } | Should -BeTrue
            $changes = Compare-SkydiveTopology $before
            $changes | Should -BeOfType Skydive.TopologyChange
            $added = $changes | Where-Object { $_.Name -eq "$($lab.Prefix)x" }
            $added.Change, $added.Element, $added.Type | Should -Be 'Added', 'Node', 'bridge'
            $added.Before | Should -BeNullOrEmpty
            $changed = $changes | Where-Object Name -EQ $lab.A
            $changed.Change | Should -Be 'Changed'
            "$($changed.Changes | Where-Object Key -EQ MTU)" | Should -Be 'MTU: 1500 → 1400'
            $changed.Before.Metadata.MTU, $changed.After.Metadata.MTU | Should -Be 1500, 1400
            $changed.Time | Should -BeGreaterThan $before
            (($changes | Where-Object Element -EQ Edge).Name -join "`n") | Should -Match "→ $($lab.Prefix)x"
        }
        finally {
            ip link set $lab.A mtu 1500
            ip link del "$($lab.Prefix)x"
        }

        $middle = [DateTimeOffset]::Now
        Wait-Until { @(Compare-SkydiveTopology $middle.AddMilliseconds(-50) | Where-Object { $_.Name -eq "$($lab.Prefix)x" -and $_.Change -eq 'Removed' }).Count -or -not (Get-SkydiveNode "$($lab.Prefix)x*") } | Should -BeTrue
    }

    It 'compares what is asked for' {
        $before = [DateTimeOffset]::Now
        Start-Sleep -Milliseconds 100
        ip link set $lab.B mtu 1300
        try {
            Wait-Until { @(Compare-SkydiveTopology $before -Selector $lab.B).Count } | Should -BeTrue
            (Get-SkydiveNode $lab.A, $lab.B | Compare-SkydiveTopology -ReferenceTime $before | Where-Object { $_.Changes.Key -contains 'MTU' }).Name | Should -Be $lab.B
            (Compare-SkydiveTopology $before -Selector $lab.B).Changes.Key | Should -Contain 'MTU'
            (Compare-SkydiveTopology $before -Selector $lab.B -Ignore MTU).Changes.Key | Should -Not -Contain 'MTU'
            $all = Get-SkydiveNode $lab.A, $lab.B | Compare-SkydiveTopology -ReferenceTime $before -IncludeEqual
            ($all | Sort-Object Name).Name | Should -Be $lab.A, $lab.B
            ($all | Where-Object Name -EQ $lab.B).Change | Should -Be 'Changed'
        }
        finally {
            ip link set $lab.B mtu 1500
        }
    }

    It 'refuses times the wrong way round' {
        (Get-ErrorOf { Compare-SkydiveTopology -ReferenceTime now -DifferenceTime -5m }).FullyQualifiedErrorId | Should -Match '^InvalidArgument,'
        (Get-ErrorOf { Compare-SkydiveTopology -ReferenceTime yesterdayish }).FullyQualifiedErrorId | Should -Match '^ParameterArgumentTransformationError,'
    }

    It 'reads at 80 columns' {
        $text = Compare-SkydiveTopology -10m | Format-Text
        ($text | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 80
    }
}
