BeforeDiscovery {
    . "$PSScriptRoot/../Common.ps1"
    $noLab = [bool](Get-LabProblem)
}

Describe 'Get-SkydiveMetric' -Skip:$noLab {
    BeforeAll {
        . "$PSScriptRoot/../Common.ps1"
        $lab = Start-CapturedLab
        $capture = $lab.Capture
    }

    AfterAll {
        Stop-CapturedLab $lab
    }

    It 'gives what flows counted' {
        $metric = Get-SkydiveFlow -Capture $capture.Id -Application ICMPv4 -First 1 | Get-SkydiveMetric
        $metric | Should -BeOfType Skydive.Metric
        $metric.Kind, $metric.TxPackets, $metric.RxPackets | Should -Be 'Flow', 3, 3
        $metric.Values.ABBytes | Should -Be 294
        $metric.TxBitsPerSecond | Should -BeGreaterThan 0
        (Get-SkydiveMetric $lab.A -Kind Flow | Where-Object { $_.TxPackets -eq 3 }) | Should -Not -BeNullOrEmpty
    }

    It 'gives what interfaces counted' {
        Send-Ping $lab 2
        Wait-Until { @(Get-SkydiveNode $lab.A | Get-SkydiveMetric).Count } -TimeoutSeconds 30 | Should -BeTrue
        $metric = Get-SkydiveNode $lab.A | Get-SkydiveMetric
        $metric.Kind, $metric.Name | Should -Be 'Interface', $lab.A
        $metric.RxBytes | Should -BeGreaterThan 0
        $metric.Duration | Should -BeGreaterThan ([TimeSpan]::Zero)
        Wait-Until { @(Get-SkydiveMetric $lab.A -Since -1m).Count } -TimeoutSeconds 30 | Should -BeTrue
    }

    It 'adds up on slices of time' {
        Wait-Until { @(Get-SkydiveMetric $lab.A -Since -1m).Count } -TimeoutSeconds 30 | Should -BeTrue
        $until = [DateTimeOffset]::Now
        $samples = Get-SkydiveMetric $lab.A -Since $until.AddMinutes(-5) -Until $until
        $slices = Get-SkydiveMetric $lab.A -Since $until.AddMinutes(-5) -Until $until -Aggregate 60s
        ($slices | Measure-Object RxBytes -Sum).Sum | Should -Be ($samples | Measure-Object RxBytes -Sum).Sum
        $slices[0].Name | Should -Be $lab.A
    }

    It 'reads at 80 columns and refuses two ways to say a time' {
        (Get-SkydiveMetric $lab.A | Format-Text | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 80
        (Get-ErrorOf { Get-SkydiveMetric $lab.A -Since -1m -At now }).FullyQualifiedErrorId | Should -Match '^InvalidArgument,'
    }
}
