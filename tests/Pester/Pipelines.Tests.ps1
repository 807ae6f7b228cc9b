BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    Import-Module $ModulePath -Force
    $fake = Start-FakeAnalyzer
    Connect-SkydiveAnalyzer $fake.Uri
    $VerbosePreference = 'SilentlyContinue'
}

AfterAll {
    Disconnect-SkydiveAnalyzer -All
    Stop-FakeAnalyzer $fake
}

Describe 'Get-SkydiveNode' {
    BeforeEach { Reset-Fake $fake }

    It 'asks <Expected>' -ForEach @(
        @{ Script = { Get-SkydiveNode }; Expected = 'G.V()' }
        @{ Script = { Get-SkydiveNode -Type veth }; Expected = "G.V().Has('Type', 'veth')" }
        @{ Script = { Get-SkydiveNode 'vm*' }; Expected = "G.V().Has('Name', Regex('vm.*'))" }
        @{ Script = { Get-SkydiveNode br0, lo }; Expected = "G.V().Has('Name', Within('br0', 'lo'))" }
        @{ Script = { Get-SkydiveNode -Metadata @{ State = 'UP'; MTU = 1500 } }; Expected = "G.V().Has('MTU', 1500).Has('State', 'UP')" }
        @{ Script = { Get-SkydiveNode -HasKey Features.rx-checksum -HostName lab }; Expected = "G.V().Has('@Host', 'lab').Has('Features.rx-checksum')" }
        @{ Script = { Get-SkydiveNode -IPRange 10.0.0.0/8 }; Expected = "G.V().Has('IPV4', IPV4Range('10.0.0.0/8'))" }
        @{ Script = { Get-SkydiveNode -Selector 'State=UP' -First 2 }; Expected = "G.V().Has('State', 'UP').Limit(2)" }
        @{ Script = { Get-SkydiveNode -Skip 1 -First 2 }; Expected = 'G.V().Range(1, 3)' }
        @{ Script = { 'G.V().Has("Type","bridge")' | Get-SkydiveNode }; Expected = 'G.V().Has("Type","bridge")' }
        @{ Script = { @{ Type = 'veth' } | Get-SkydiveNode }; Expected = "G.V().Has('Type', 'veth')" }
        @{ Script = { Get-SkydiveNode -At ([DateTimeOffset]::FromUnixTimeMilliseconds(1000)) -Duration 5m }; Expected = 'G.At(1000, 300).V()' }
    ) {
        $null = & $Script
        Get-FakeQuery $fake | Should -Be $Expected
    }

    It 'takes a time as it stands on the command line' {
        $null = Get-SkydiveNode -At -30s -First 1
        $asked = [long]((Get-FakeQuery $fake) -replace '^G\.At\((\d+)\).*', '$1')
        [DateTimeOffset]::UtcNow.ToUnixTimeMilliseconds() - $asked | Should -BeGreaterOrEqual 30000
        [DateTimeOffset]::UtcNow.ToUnixTimeMilliseconds() - $asked | Should -BeLessThan 45000
    }

    It 'gives typed objects with plain metadata' {
        $node = Get-SkydiveNode br0
        $node | Should -BeOfType Skydive.Node
        $node.Name, $node.Type, $node.State, $node.Host | Should -Be 'br0', 'bridge', 'UP', 'lab'
        $node.metadata.mtu | Should -Be 1500
        $node.Metadata.Features['RX-CHECKSUM'] | Should -BeTrue
        $node.CreatedAt | Should -BeOfType DateTimeOffset
        (Get-SkydiveNode | Measure-Object).Count | Should -Be 9
    }

    It 'gives the nodes of flows with one query' {
        $nodes = Get-SkydiveFlow | Get-SkydiveNode
        $nodes.Name | Should -Be 'vm1-eth0', 'vm2-eth0'
        @(Get-FakeQuery $fake).Count | Should -Be 2
    }

    It 'counts all when asked' {
        $result = Get-SkydiveNode -First 1 -IncludeTotalCount
        $result[0] | Should -Be 9
        $result[1] | Should -BeOfType Skydive.Node
    }

    It 'gives nothing for an empty pipeline' {
        @() | Get-SkydiveNode | Should -BeNullOrEmpty
        Get-FakeQuery $fake | Should -BeNullOrEmpty
    }

    It 'still works after <Name>' -ForEach @(
        @{ Name = 'ConvertTo-Json'; Trip = { $args[0] | ConvertTo-Json -Depth 10 | ConvertFrom-Json } }
        @{ Name = 'Export-Clixml'; Trip = { $args[0] | Export-Clixml "$TestDrive/n.xml"; Import-Clixml "$TestDrive/n.xml" } }
        @{ Name = 'Select-Object'; Trip = { $args[0] | Select-Object * } }
    ) {
        $copies = & $Trip (Get-SkydiveNode -Type veth)
        $copies[0].Metadata.MTU | Should -Be 1500
        ($copies | Get-SkydiveNode).Name | Should -Be 'vm1-eth0', 'vm2-eth0', 'eth0', 'eth0'
        ($copies | Start-SkydiveCapture -Bpf icmp).Count | Should -Be 4
        ($copies | Get-SkydiveEdge -RelationType layer2).Count | Should -Be 4
        @($copies | Get-SkydiveFlow).Count | Should -BeGreaterThan 0
    }
}

Describe 'Get-SkydiveEdge' {
    BeforeEach { Reset-Fake $fake }

    It 'gives edges with the names of their ends' {
        $edges = Get-SkydiveNode br0 | Get-SkydiveEdge -RelationType layer2
        $edges | Should -BeOfType Skydive.Edge
        $edges.Source | Should -Be 'br0', 'br0'
        $edges.Destination | Should -Be 'vm1-eth0', 'vm2-eth0'
    }

    It 'finds edges between two selectors' {
        (Get-SkydiveEdge -Source ns1 -Destination eth0).Destination | Should -Be 'eth0'
        Get-SkydiveEdge -Source nosuch | Should -BeNullOrEmpty
    }
}

Describe 'Get-SkydiveTopology and Show-SkydiveTopology' {
    It 'give the whole graph' {
        $graph = Get-SkydiveTopology
        $graph.Nodes.Count, $graph.Edges.Count | Should -Be 9, 12
    }

    It 'give a part of it' {
        $graph = Get-SkydiveNode ns1, eth0 | Get-SkydiveTopology
        $graph.Nodes.Count, $graph.Edges.Count | Should -Be 3, 1
    }

    It 'draw a tree' {
        Show-SkydiveTopology ns1 | Should -Be 'ns1 [netns]', '└─ eth0 [veth] UP 10.0.0.1/24 ── vm1-eth0'
        (Show-SkydiveTopology -Depth 0) | Should -Be 'lab [host]'
    }
}

Describe 'Invoke-SkydiveQuery' {
    BeforeEach { Reset-Fake $fake }

    It 'gives each result as what it is' {
        Invoke-SkydiveQuery "G.V().Has('Type','netns').Out('Name','eth0')" | Should -BeOfType Skydive.Node
        Invoke-SkydiveQuery 'G.E()' | Should -BeOfType Skydive.Edge
        Invoke-SkydiveGremlin 'G.Flows()' | Should -BeOfType Skydive.Flow
        Invoke-SkydiveQuery 'G' | Should -BeOfType Skydive.Topology
        Invoke-SkydiveQuery 'G.V().Count()' | Should -Be 9
        Invoke-SkydiveQuery "G.V().Has('Type','netns').Values('Name')" | Should -Be 'ns1', 'ns2'
    }

    It 'puts values in safely' {
        $null = Invoke-SkydiveQuery 'G.V().Has("Name", $name)' -Variable @{ name = "').Drop('" }
        Get-FakeQuery $fake | Should -Be "G.V().Has(`"Name`", '\').Drop(\'')"
    }

    It 'shows the query with -Verbose' {
        (Invoke-SkydiveQuery 'G.V().Count()' -Verbose 4>&1)[0].Message | Should -Be 'G.V().Count()'
    }
}

Describe 'Get-SkydiveFlow' {
    BeforeEach { Reset-Fake $fake }

    It 'asks <Expected>' -ForEach @(
        @{ Script = { Get-SkydiveFlow -Application ICMPv4 }; Expected = "G.Flows().Has('Application', 'ICMPv4')" }
        @{ Script = { Get-SkydiveFlow vm1-eth0 -Address 10.0.0.1 -Port 443 }; Expected = "G.V().Has('Name', 'vm1-eth0').Flows().Has('Network', '10.0.0.1').Has('Transport', 443)" }
        @{ Script = { Get-SkydiveFlow -Protocol udp -Sort Metric.ABBytes -Descending -First 3 }; Expected = "G.Flows().Has('Transport.Protocol', 'UDP').Sort(DESC, 'Metric.ABBytes').Limit(3)" }
        @{ Script = { Get-SkydiveFlow -Not @{ Application = 'DNS' } -Deduplicate TrackingID }; Expected = "G.Flows().Has('Application', Ne('DNS')).Dedup('TrackingID')" }
    ) {
        $null = & $Script
        Get-FakeQuery $fake | Should -Be $Expected
    }

    It 'gives typed objects' {
        $flow = Get-SkydiveFlow -Application TCP
        $flow | Should -BeOfType Skydive.Flow
        $flow.A, $flow.B | Should -Be '10.0.0.1:40000', '10.0.0.2:443'
        $flow.ABBytes | Should -Be 50536
        $flow.RTT.TotalMicroseconds | Should -BeGreaterThan 25
    }

    It 'finds other sightings of a flow, and the flows of a capture' {
        $flow = Get-SkydiveFlow -Application TCP
        ($flow | Get-SkydiveFlow).UUID | Should -Be $flow.UUID
        (Get-FakeQuery $fake)[-1] | Should -Be "G.Flows().Has('TrackingID', 'tracka2')"
        $capture = Start-SkydiveCapture vm1-eth0
        $null = $capture | Get-SkydiveFlow
        (Get-FakeQuery $fake)[-1] | Should -Be "G.Flows().Has('CaptureID', '$($capture.Id)')"
    }

    It 'asks for a span of time' {
        $null = Get-SkydiveFlow -Since -10m
        Get-FakeQuery $fake | Should -Match '^G\.At\(\d+, 60[01]\)\.Flows\(\)$'
    }
}

Describe 'Captures' {
    BeforeEach { Reset-Fake $fake }

    It 'go through the headline lines' {
        $captures = Get-SkydiveNode -Type veth | Start-SkydiveCapture -Bpf icmp
        $captures | Should -BeOfType Skydive.Capture
        $captures.Count | Should -Be 4
        (Get-SkydiveCapture).Count | Should -Be 4
        ($captures | Wait-SkydiveCapture -TimeoutSeconds 5).State | Should -Be (, 'Active' * 4)
        Get-SkydiveCapture | Stop-SkydiveCapture
        Get-SkydiveCapture | Should -BeNullOrEmpty
    }

    It 'are found by their flows' {
        $null = Get-SkydiveFlow | Get-SkydiveCapture -ErrorAction SilentlyContinue -ErrorVariable problems
        # The invented flows name one capture that does not exist; it is asked for once.
        $problems.TargetObject | Should -Be '6b1f3c1e-0000-4000-8000-000000000001'
    }

    It 'are named, combined, limited in time and copied' {
        $capture = Get-SkydiveNode -Type veth | New-SkydiveCapture -Combine -Name all -Duration 90s -Bpf 'tcp' -Wait
        $capture.Name, $capture.State, $capture.Count | Should -Be 'all', 'Active', 4
        ((Get-FakeState $fake).Requests | Where-Object Method -EQ POST)[-1].Ttl | Should -Be '90000ms'
        $copy = Get-SkydiveCapture al* | Start-SkydiveCapture -Name copy -Bpf 'udp'
        $copy.GremlinQuery | Should -Be $capture.GremlinQuery
        $other = Get-SkydiveCapture all | ConvertTo-Json | ConvertFrom-Json | Stop-SkydiveCapture -PassThru
        $other.Name | Should -Be 'all'
        Remove-SkydiveCapture -Name co*
        Get-SkydiveCapture | Should -BeNullOrEmpty
    }
}

Describe 'Import-SkydivePcap' {
    BeforeEach {
        Reset-Fake $fake
        [IO.File]::WriteAllBytes("$TestDrive/good.pcap", [byte[]](0xd4, 0xc3, 0xb2, 0xa1) + [byte[]]::new(20))
        Set-Content "$TestDrive/bad.pcap" 'no pcap'
    }

    It 'sends files from the pipeline, and goes on after a bad one' {
        $result = Get-ChildItem $TestDrive -Filter *.pcap | Import-SkydivePcap -ErrorAction SilentlyContinue -ErrorVariable problems
        $result | Should -BeOfType Skydive.PcapImport
        $result.SizeBytes | Should -Be 24
        $problems[0].FullyQualifiedErrorId | Should -Be 'InvalidPcap,Skydive.PowerShell.ImportSkydivePcapCommand'
    }

    It 'takes wildcards, and says when a file is missing' {
        (Import-SkydivePcap "$TestDrive/g*.pcap").SizeBytes | Should -Be 24
        Import-SkydivePcap "$TestDrive/none.pcap" -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems[0].FullyQualifiedErrorId | Should -Be 'FileNotFound,Skydive.PowerShell.ImportSkydivePcapCommand'
    }
}

Describe 'Get-SkydiveStatus and Get-SkydiveAgent' {
    It 'tell how the service does' {
        $status = Get-SkydiveStatus
        $status.NodeCount | Should -Be 9
        ($status.Probes | Where-Object State -EQ failed).Message | Should -Be 'needs CAP_SYS_ADMIN'
        (Get-SkydiveAgent).HostName | Should -Be 'away', 'lab'
        (Get-SkydiveAgent -State Connected).HostName | Should -Be 'lab'
        (Get-SkydiveAgent a*).State | Should -Be 'Disconnected'
    }
}
