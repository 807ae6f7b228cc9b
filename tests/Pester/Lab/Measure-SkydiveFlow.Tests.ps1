BeforeDiscovery {
    . "$PSScriptRoot/../Common.ps1"
    $noLab = [bool](Get-LabProblem)
}

Describe 'Measure-SkydiveFlow' -Skip:$noLab {
    BeforeAll {
        . "$PSScriptRoot/../Common.ps1"
        $lab = Start-CapturedLab
        $capture = $lab.Capture
    }

    AfterAll {
        Stop-CapturedLab $lab
    }

    It 'adds up flows of the pipeline and flows that it asks for alike' {
        $piped = Get-SkydiveFlow -Capture $capture.Id -Application ICMPv4 | Measure-SkydiveFlow
        $asked = Measure-SkydiveFlow -Capture $capture.Id -Application ICMPv4
        $piped | Should -BeOfType Skydive.FlowMeasurement
        $piped.Count, $piped.Packets, $piped.Bytes | Should -Be 2, 12, (12 * 98)
        $asked.Count, $asked.Packets, $asked.Bytes | Should -Be $piped.Count, $piped.Packets, $piped.Bytes
        $piped.AverageRTT | Should -BeGreaterThan ([TimeSpan]::Zero)
    }

    It 'groups by <By>' -ForEach @(
        @{ By = 'Application'; Expect = { 'ICMPv4' } }
        @{ By = 'Pair'; Expect = { "$($lab.AddressA) ↔ $($lab.AddressB)" } }
        @{ By = 'Node'; Expect = { $lab.A, $lab.B } }
        @{ By = 'Source'; Expect = { $lab.AddressA } }
        @{ By = 'Capture'; Expect = { $capture.Id } }
    ) {
        (Measure-SkydiveFlow -Capture $capture.Id -Application ICMPv4 -GroupBy $By).Name | Sort-Object | Should -Be (& $Expect)
    }

    It 'takes flows that were exported and imported' {
        Get-SkydiveFlow -Capture $capture.Id -Application ICMPv4 | Export-Clixml "$TestDrive/flows.xml"
        $sum = Import-Clixml "$TestDrive/flows.xml" | Measure-SkydiveFlow -GroupBy Pair
        $sum.Packets, $sum.Name | Should -Be 12, "$($lab.AddressA) ↔ $($lab.AddressB)"
        $json = Get-SkydiveFlow -Capture $capture.Id -Application ICMPv4 | ConvertTo-Json -Depth 6 | ConvertFrom-Json | Measure-SkydiveFlow
        $json.Packets | Should -Be 12
    }

    It 'says what is no flow and what cannot be mixed' {
        $null = 'text' | Measure-SkydiveFlow -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -Match '^InvalidArgument,'
        (Get-ErrorOf { Get-SkydiveFlow -Capture $capture.Id | Measure-SkydiveFlow -Port 80 }).Exception.Message | Should -Match '-Port chooses among the flows of the service'
        Get-SkydiveFlow -Application NoSuchThing | Measure-SkydiveFlow | Should -BeNullOrEmpty
    }

    It 'reads at 80 columns' {
        (Measure-SkydiveFlow -GroupBy Pair | Format-Text | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 80
    }
}
