BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    Import-Module $ModulePath -Force
    $fake = Start-FakeAnalyzer
    Connect-SkydiveAnalyzer $fake.Uri
}

AfterAll {
    Disconnect-SkydiveAnalyzer -All
    Stop-FakeAnalyzer $fake
}

Describe 'Test-SkydiveConnectivity' {
    It 'takes one interface at each end' {
        $problem = Get-ErrorOf { Test-SkydiveConnectivity eth0 vm1-eth0 }
        $problem.FullyQualifiedErrorId | Should -Match ',Skydive.PowerShell.TestSkydiveConnectivityCommand$'
        "$problem" | Should -Match "'eth0' is no single source node|no source node is called"
        (Get-ErrorOf { Test-SkydiveConnectivity vm1-eth0 nobody }) | Should -Match "no destination node is called 'nobody'"
    }

    It 'sends nothing with -WhatIf' {
        $before = @((Get-FakeState $fake).Requests).Count
        Test-SkydiveConnectivity vm1-eth0 vm2-eth0 -WhatIf | Should -BeNullOrEmpty
        @((Get-FakeState $fake).Requests)[$before..999] | Where-Object { $_.Method -ne 'GET' -and $_.Path -ne '/api/topology' } | Should -BeNullOrEmpty
    }
}

Describe 'Test-SkydiveConnectivity on a lab of its own' -Skip:(-not $env:SKYDIVE_TEST_ANALYZER -or -not $IsLinux -or (id -u) -ne 0) {
    BeforeAll {
        Disconnect-SkydiveAnalyzer -All
        Connect-SkydiveAnalyzer $env:SKYDIVE_TEST_ANALYZER
        $p = "sp$($PID % 10000)"
        foreach ($i in 1, 2) {
            ip netns add "$p$i"
        }

        ip -n "${p}1" link add eth0 type veth peer name eth0 netns "${p}2"
        foreach ($i in 1, 2) {
            ip -n "$p$i" link set lo up
            ip -n "$p$i" link set eth0 up
            ip -n "$p$i" addr add "10.197.3.$i/24" dev eth0
        }

        $ends = foreach ($i in 1, 2) {
            $null = Wait-Until { Invoke-SkydiveQuery "G.V().Has('Name','$p$i').Out().Has('Name','eth0','State','UP').HasKey('RoutingTables')" }
            Invoke-SkydiveQuery "G.V().Has('Name','$p$i').Out().Has('Name','eth0')"
        }
    }

    AfterAll {
        foreach ($i in 1, 2) { ip netns del "$p$i" }
        Disconnect-SkydiveAnalyzer -All
        Connect-SkydiveAnalyzer $fake.Uri
    }

    It 'tells that all is well, hop by hop' {
        $result = $ends[0] | Test-SkydiveConnectivity -Destination $ends[1] -Count 3
        $result | Should -BeOfType Skydive.Connectivity
        $result.IsConnected, $result.Sent, $result.Arrived, $result.Answered | Should -Be $true, 3, 3, 3
        $result.Hops.Packets | Should -Be 3, 3
        foreach ($width in 80, 120) {
            ($result | Format-Text -Width $width | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual $width
            ($result.Hops | Format-Text -Width $width | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual $width
        }

        $result | Format-Text | Where-Object { $_ -match '^eth0' } | Should -Match '^eth0 +eth0 +True +3 +3 +3 +[\d.]+ .s'
        $result.Hops | Format-Text | Where-Object { $_ -match '^eth0' } | Select-Object -First 1 | Should -Match '^eth0 +veth .* 3 +3'
        $result | Format-Text -List | Should -Contain 'Message       : all 3 packets arrived and were answered'
    }

    It 'is a plain truth value with -Quiet' {
        Test-SkydiveConnectivity $ends[0] $ends[1] -Count 1 -Quiet | Should -BeExactly $true
        ip netns exec "${p}2" sysctl -qw net.ipv4.icmp_echo_ignore_all=1
        Test-SkydiveConnectivity $ends[0] $ends[1] -Count 1 -TimeoutSeconds 1 -Quiet | Should -BeExactly $false
        ip netns exec "${p}2" sysctl -qw net.ipv4.icmp_echo_ignore_all=0
    }

    It 'leaves nothing, also when it is stopped in the middle' {
        $shell = [powershell]::Create()
        $null = $shell.AddScript("Import-Module '$ModulePath'; Test-SkydiveConnectivity '$($ends[0].TID)' '$($ends[1].TID)' -Count 1000")
        $run = $shell.BeginInvoke()
        Wait-Until { Get-SkydiveInjection -State Active } | Should -BeTrue
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $shell.Stop()
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 5
        Get-SkydiveInjection | Should -BeNullOrEmpty
        Get-SkydiveCapture connectivity* | Should -BeNullOrEmpty
        $shell.Dispose()
    }

    It 'measures a ping mesh' {
        $mesh = $ends | New-SkydivePingMesh -Interval 50ms -SamplePeriod 1s -Name "mesh-$PID"
        try {
            Wait-Until { ($mesh | Get-SkydivePingPair -State Up | Where-Object { $_.Statistics.Received -gt 5 }).Count -eq 2 } | Should -BeTrue
            Wait-Until { $mesh | Get-SkydivePingSample -Since -1m } | Should -BeTrue
            ($mesh | Get-SkydivePingPair -Since -1m).Count | Should -Be 2
        }
        finally {
            Get-SkydivePingMesh "mesh-$PID" | Remove-SkydivePingMesh
        }

        Invoke-SkydiveQuery "G.V().Has('PingMeshes.ID', '$($mesh.Id)')" | Should -BeNullOrEmpty
    }
}
