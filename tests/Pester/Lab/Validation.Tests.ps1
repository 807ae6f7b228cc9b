BeforeDiscovery {
    . "$PSScriptRoot/../Common.ps1"
    $noLab = [bool](Get-LabProblem)
}

Describe 'The suite for networks of users' -Skip:$noLab {
    BeforeAll {
        . "$PSScriptRoot/../Common.ps1"
        $lab = Start-Lab
        function Invoke-Suite([string] $Text) {
            $Text.Replace('skylab1-eth0', $lab.A).Replace('skylab2-eth0', $lab.B).Replace('skylab-br', $lab.Bridge).Replace('skylab1', $lab.NamespaceA).Replace('skylab2', $lab.NamespaceB) | Set-Content "$TestDrive/network.psd1"
            pwsh -NoProfile -NonInteractive -Command {
                param($Suite, $Expectation, $Analyzer, $Module)
                $container = New-PesterContainer -Path $Suite -Data @{ Expectation = $Expectation; Analyzer = $Analyzer; ModulePath = $Module }
                $result = Invoke-Pester -Container $container -Output None -PassThru
                $result.Tests | ForEach-Object { "$($_.Result) $($_.ExpandedPath): $($_.ErrorRecord.Exception.Message)" }
            } -Args "$RepositoryRoot/examples/validation/Network.Tests.ps1", "$TestDrive/network.psd1", $env:SKYDIVE_TEST_ANALYZER, $ModulePath
        }

        $example = Get-Content "$RepositoryRoot/examples/validation/network.psd1" -Raw
    }

    AfterAll {
        Stop-Lab $lab
    }

    It 'passes on a network that is as it should be' {
        $results = Invoke-Suite $example
        $results | Where-Object { $_ -match '(Bridges|Interfaces|Paths|Reachability)\.' -and $_ -notmatch '^Passed|no address is configured twice' } | Should -BeNullOrEmpty
        $results -match '^Passed Reachability' | Should -HaveCount 1
        $results -match '^Passed Paths' | Should -HaveCount 1
    }

    It 'says what was found where on one that is not' {
        ip link set $lab.B mtu 1400
        try {
            Wait-Until { (Get-SkydiveNode $lab.B).Metadata.MTU -eq 1400 } | Should -BeTrue
            $results = Invoke-Suite ($example -replace "'skylab2-eth0'\)", "'skylab2-eth0', 'eth9')")
            ($results -match '^Failed Bridges') -join "`n" | Should -Match 'but eth9 is missing; its neighbours are '
            ($results -match '^Failed Paths') -join "`n" | Should -Match "$($lab.B) \(veth of .*\) has MTU 1400, at least 1500 is needed"
        }
        finally {
            ip link set $lab.B mtu 1500
        }
    }
}
