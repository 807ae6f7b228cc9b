BeforeDiscovery {
    . "$PSScriptRoot/../Common.ps1"
    $noLab = [bool](Get-LabProblem)
}

Describe 'Watch-SkydiveFlow' -Skip:$noLab {
    BeforeAll {
        . "$PSScriptRoot/../Common.ps1"
        $lab = Start-CapturedLab
        $capture = $lab.Capture
    }

    AfterAll {
        Stop-CapturedLab $lab
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
