BeforeDiscovery {
    . "$PSScriptRoot/../Common.ps1"
    $noLab = [bool](Get-LabProblem)
}

Describe 'Watch-SkydiveFlow' -Skip:$noLab {
    BeforeAll {
        . "$PSScriptRoot/../Common.ps1"
        $lab = Start-Lab
        $capture = "G.V().Has('Name', Within('$($lab.A)', '$($lab.B)'))" | Start-SkydiveCapture -Name "lab-$($lab.Prefix)" -RawPacketLimit 20 -Wait
        Wait-Until { (Get-SkydiveCapture "lab-$($lab.Prefix)").Count -eq 2 } | Should -BeTrue
        Send-Ping $lab
        Wait-Until { @(Get-SkydiveFlow -Capture $capture.Id -Application ICMPv4 | Where-Object { $_.ABPackets -eq 3 -and $_.BAPackets -eq 3 }).Count -eq 2 } | Should -BeTrue
    }

    AfterAll {
        Get-SkydiveCapture "lab-$($lab.Prefix)" | Stop-SkydiveCapture
        Stop-Lab $lab
    }

    It 'gives flows when they count something' {
        $job = Watch-SkydiveFlow $lab.A -Application ICMPv4 -MaximumEvents 1 -AsJob
        Start-Sleep -Milliseconds 1500
        Send-Ping $lab 2
        $flow = $job | Receive-Job -Wait -AutoRemoveJob
        $flow | Should -BeOfType Skydive.Flow
        $flow.A | Should -Be $lab.AddressA
    }

    It 'gives what is known with -InitialState, and ends after a while' {
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $found = Watch-SkydiveFlow -Capture $capture.Id -InitialState -TimeoutSeconds 2
        $found.Application | Should -Contain 'ICMPv4'
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 6
        Watch-SkydiveFlow $capture -InitialState -MaximumEvents 1 | Should -HaveCount 1
    }

    It 'ends with the pipeline' {
        $watch = [Diagnostics.Stopwatch]::StartNew()
        Watch-SkydiveFlow -Capture $capture.Id -InitialState | Select-Object -First 1 | Should -HaveCount 1
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 5
    }

    It 'says what is wrong' {
        (Get-ErrorOf { Watch-SkydiveFlow 'G.V().Foo()' }).FullyQualifiedErrorId | Should -Be 'GremlinInvalidStep,Skydive.PowerShell.WatchSkydiveFlowCommand'
        (Get-ErrorOf { $lab.A | Watch-SkydiveFlow -AsJob }).Exception.Message | Should -Match '-AsJob'
    }
}
