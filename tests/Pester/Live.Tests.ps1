# Runs the headline lines against a real service: SKYDIVE_TEST_ANALYZER holds its address.
BeforeDiscovery { $noService = -not $env:SKYDIVE_TEST_ANALYZER }

Describe 'The headline lines against a real service' -Skip:$noService {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        Import-Module $ModulePath -Force
    }

    AfterAll {
        Disconnect-SkydiveAnalyzer -All
    }

    It 'connects' {
        Connect-Skydive $env:SKYDIVE_TEST_ANALYZER
        (Get-SkydiveStatus).NodeCount | Should -BeGreaterThan 0
    }

    It 'lists nodes and edges' {
        Get-SkydiveNode -Type host | Should -BeOfType Skydive.Node
        $node = Get-SkydiveNode lo | Select-Object -First 1
        ($node | Get-SkydiveNode).TID | Should -Be $node.TID
        ($node | Get-SkydiveEdge -RelationType ownership).Destination | Should -Contain 'lo'
        Show-SkydiveTopology | Should -Not -BeNullOrEmpty
    }

    It 'asks Gremlin' {
        { Invoke-SkydiveQuery "G.V().Has('Type','netns').Out('Name','eth0')" } | Should -Not -Throw
        Invoke-SkydiveQuery 'G.V().Count()' | Should -BeGreaterThan 0
        (Get-ErrorOf { Invoke-SkydiveQuery 'G.V().' }).FullyQualifiedErrorId | Should -Match '^GremlinSyntaxError,'
        Invoke-SkydiveQuery 'G.V().Has("Name", $name)' -Variable @{ name = "no'such`"name\" } | Should -BeNullOrEmpty
    }

    It 'looks back' {
        { Get-SkydiveNode -At -1s } | Should -Not -Throw
        { Get-SkydiveFlow -Since -30s } | Should -Not -Throw
    }

    It 'captures, lists flows and stops' {
        $captures = Get-SkydiveNode lo | Where-Object State -NE DOWN | Select-Object -First 1 | Start-SkydiveCapture -Bpf icmp -Name "live-$PID"
        try {
            $captures | Should -BeOfType Skydive.Capture
            ($captures | Wait-SkydiveCapture -TimeoutSeconds 20).State | Should -Be 'Active'
            $ping = Get-Command ping -CommandType Application -ErrorAction Ignore | Select-Object -First 1
            if ($ping) {
                $null = & $ping -c 2 -i 0.2 127.0.0.1
                Wait-Until { Get-SkydiveFlow -Application ICMPv4 -Capture "live-$PID" } -TimeoutSeconds 30 | Should -BeTrue
            }
        }
        finally {
            Get-SkydiveCapture "live-$PID" | Stop-SkydiveCapture
        }

        Get-SkydiveCapture "live-*" | Should -BeNullOrEmpty
    }

    It 'sends packets' {
        $lo = Get-SkydiveNode lo | Where-Object { $_.Metadata.IPV4 -and $_.State -ne 'DOWN' } | Select-Object -First 1
        $injection = $lo | New-SkydiveInjection -DestinationIP 127.0.0.1 -Type udp4 -DestinationPort 9 -Count 100 -Interval 0 | Wait-SkydiveInjection -TimeoutSeconds 20
        $injection.State, $injection.PacketCount | Should -Be 'Completed', 100
        $endless = $lo | New-SkydiveInjection -DestinationIP 127.0.0.1 -Count 1000000 -Interval 100ms
        ($endless | Get-SkydiveInjection).State | Should -Be 'Active'
        $injection, $endless | Remove-SkydiveInjection
        Get-SkydiveInjection | Should -BeNullOrEmpty
        (Get-ErrorOf { $lo | New-SkydiveInjection -DestinationIP ::1 -Type icmp4 -ErrorAction Stop }).FullyQualifiedErrorId | Should -Match '^InvalidInjection,'
    }

    It 'follows the graph' {
        (Watch-SkydiveTopology -InitialState | Select-Object -First 3).Count | Should -Be 3
        Watch-SkydiveTopology lo -InitialState -MaximumEvents 1 | ForEach-Object Name | Should -Be 'lo'
        (Get-ErrorOf { Watch-SkydiveTopology 'G.V().Foo()' }).FullyQualifiedErrorId | Should -Match ',Skydive.PowerShell.WatchSkydiveTopologyCommand$'
    }
}
