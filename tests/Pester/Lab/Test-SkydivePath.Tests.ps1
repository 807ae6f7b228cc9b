BeforeDiscovery {
    . "$PSScriptRoot/../Common.ps1"
    $noLab = [bool](Get-LabProblem)
}

Describe 'Test-SkydivePath' -Skip:$noLab {
    BeforeAll {
        . "$PSScriptRoot/../Common.ps1"
        $lab = Start-Lab
    }

    AfterAll {
        Stop-Lab $lab
    }

    It 'passes on a path that is as it has to be' {
        $test = Test-SkydivePath $lab.A $lab.B -Through $lab.Bridge -MaxHops 2 -MinimumMtu 1500 -SameMtu -NoDropsWithin 1m
        $test | Should -BeOfType Skydive.PathTest
        $test.Passed, $test.Path.Hops | Should -Be $true, 2
        $test.Problems | Should -BeNullOrEmpty
        Test-SkydivePath $lab.A $lab.B -Quiet | Should -BeTrue
    }

    It 'says what is not as it has to be' {
        ip link set $lab.B mtu 1400
        try {
            Wait-Until { (Get-SkydiveNode $lab.B).Metadata.MTU -eq 1400 } | Should -BeTrue
            $test = Test-SkydivePath $lab.A $lab.B -SameMtu -MinimumMtu 1500 -MaxHops 1 -Through elsewhere
            $test.Passed | Should -BeFalse
            $test.Problems.Rule | Sort-Object -Unique | Should -Be 'Hops', 'Mtu', 'Through'
            $test.Message | Should -Match "$($lab.B) \(veth of .*\) has MTU 1400, at least 1500 is needed"
            $test.Message | Should -Match 'different MTUs: 1400 at '
            $test.Message | Should -Match 'does not lead through elsewhere'
            Test-SkydivePath $lab.A $lab.B -SameMtu -Quiet | Should -BeFalse
        }
        finally {
            ip link set $lab.B mtu 1500
        }
    }

    It 'tells of interfaces that are down' {
        ip link set $lab.B down
        try {
            Wait-Until { (Get-SkydiveNode $lab.B).State -eq 'DOWN' } | Should -BeTrue
            (Test-SkydivePath $lab.A $lab.B).Problems.Rule | Should -Contain 'State'
        }
        finally {
            ip link set $lab.B up
        }
    }

    It 'takes no path for a result and a missing node for an error' {
        $test = Get-SkydiveNode -Type host | Test-SkydivePath -Destination $lab.B
        $test.Passed, $test.Path | Should -Be $false, $null
        $test.Problems.Rule | Should -Be 'Path'
        (Get-ErrorOf { Test-SkydivePath $lab.A no-such }).FullyQualifiedErrorId | Should -Be 'NodeNotFound,Skydive.PowerShell.TestSkydivePathCommand'
        (Get-ErrorOf { Test-SkydivePath no-such $lab.B -ErrorAction Stop }).TargetObject | Should -Be 'no-such'
    }
}
