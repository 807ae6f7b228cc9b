BeforeDiscovery {
    . "$PSScriptRoot/../Common.ps1"
    $noLab = [bool](Get-LabProblem)
}

Describe 'Jobs' -Skip:$noLab {
    BeforeAll {
        . "$PSScriptRoot/../Common.ps1"
        $lab = Start-Lab
    }

    AfterAll {
        Stop-Lab $lab
    }

    It 'watches in the background until it is stopped' {
        $job = Watch-SkydiveTopology $lab.A -AsJob
        $job.PSJobTypeName, $job.State | Should -Be 'SkydiveJob', 'Running'
        "$($job.Location)" | Should -Match '^http'
        Start-Sleep -Milliseconds 1000
        ip link set $lab.A mtu 1440
        try {
            Wait-Until { @($job | Receive-Job -Keep).Count } | Should -BeTrue
            ($job | Receive-Job)[0] | Should -BeOfType Skydive.TopologyEvent
        }
        finally {
            ip link set $lab.A mtu 1500
        }

        $job | Stop-Job
        $job.State | Should -Be 'Stopped'
        $job | Remove-Job
        Get-Job | Should -BeNullOrEmpty
    }

    It 'keeps the error of a command that fails' {
        $job = Watch-SkydiveTopology 'G.V().Foo()' -AsJob | Wait-Job
        $job.State | Should -Be 'Failed'
        (Get-ErrorOf { $job | Receive-Job -ErrorAction Stop }).Exception.Message | Should -Match "unknown step 'Foo'"
        $job | Remove-Job
    }

    It 'imports a file' {
        [IO.File]::WriteAllBytes("$TestDrive/empty.pcap", [byte[]](0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0) + [byte[]]::new(8) + [byte[]](0, 0, 4, 0, 1, 0, 0, 0))
        (Import-SkydivePcap "$TestDrive/empty.pcap" -AsJob | Receive-Job -Wait -AutoRemoveJob).SizeBytes | Should -Be 24
    }
}
