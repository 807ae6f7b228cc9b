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

    It 'follows the graph' {
        (Watch-SkydiveTopology -InitialState | Select-Object -First 3).Count | Should -Be 3
        Watch-SkydiveTopology lo -InitialState -MaximumEvents 1 | ForEach-Object Name | Should -Be 'lo'
        (Get-ErrorOf { Watch-SkydiveTopology 'G.V().Foo()' }).FullyQualifiedErrorId | Should -Match ',Skydive.PowerShell.WatchSkydiveTopologyCommand$'
    }
}
