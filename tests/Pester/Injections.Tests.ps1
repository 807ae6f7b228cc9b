BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    Import-Module $ModulePath -Force
    $fake = Start-FakeAnalyzer
    Connect-SkydiveAnalyzer $fake.Uri
    $nodes = @(Get-SkydiveNode -Type veth)
    function Get-LastOrder { (Get-FakeState $fake).Requests | Where-Object { $_.Path -eq '/api/injectpacket' -and $_.Method -eq 'POST' } | Select-Object -Last 1 -ExpandProperty Body | ConvertFrom-Json }
}

AfterAll {
    Disconnect-SkydiveAnalyzer -All
    Stop-FakeAnalyzer $fake
}

Describe 'New-SkydiveInjection' {
    It 'sends one ping when nothing else is said' {
        $injection = New-SkydiveInjection $nodes[0] $nodes[1]
        $injection | Should -BeOfType Skydive.Injection
        $order = Get-LastOrder
        $order.Type, $order.Count, $order.Interval, $order.TTL, $order.Mode | Should -Be 'icmp4', 1, 1000, 64, 'unique'
        $order.Src | Should -Match ([regex]::Escape($nodes[0].TID))
        $order.Dst | Should -Match ([regex]::Escape($nodes[1].TID))
        $injection.State | Should -Be 'Completed'
        $injection.PacketCount | Should -Be 1
        $injection.Sources.Name | Should -Be $nodes[0].Name
    }

    It 'says all that it was told' {
        $null = $nodes[0] | New-SkydiveInjection -DstIP 10.1.2.3 -SrcIP 10.1.2.4/24 -SrcMac 02:00:00:00:00:01 -DstMac 02:00:00:00:00:02 -Type UDP6 -SrcPort 1 -DstPort 65535 `
            -Count 5 -Interval 20ms -Mode Random -IncrementPayload 2 -Payload 'text' -Ttl 7
        $order = Get-LastOrder
        $order.DstIP, $order.SrcIP, $order.SrcMAC, $order.DstMAC, $order.Type | Should -Be '10.1.2.3', '10.1.2.4/24', '02:00:00:00:00:01', '02:00:00:00:00:02', 'udp6'
        $order.SrcPort, $order.DstPort, $order.Count, $order.Interval, $order.Mode | Should -Be 1, 65535, 5, 20, 'random'
        $order.IncrementPayload, $order.Payload, $order.TTL | Should -Be 2, 'text', 7
    }

    It 'takes bytes as payload: <Name>' -ForEach @(
        @{ Name = 'byte[]'; Payload = [byte[]](1, 2, 255) }
        @{ Name = 'numbers'; Payload = 1, 2, 255 }
    ) {
        $null = New-SkydiveInjection $nodes[0] -DestinationIP 10.1.2.3 -Payload $Payload
        [Convert]::FromBase64String((Get-LastOrder).PayloadBytes) | Should -Be 1, 2, 255
    }

    It 'takes no pause at all' {
        $null = New-SkydiveInjection $nodes[0] -DestinationIP 10.1.2.3 -Interval 0
        (Get-LastOrder).Interval | Should -Be 0
    }

    It 'sends a trace at its times' {
        [IO.File]::WriteAllBytes("$TestDrive/t.pcap", [byte[]](1, 2, 3))
        $null = New-SkydiveInjection $nodes[0] -PcapPath "$TestDrive/t.pcap"
        $order = Get-LastOrder
        [Convert]::FromBase64String($order.Pcap) | Should -Be 1, 2, 3
        $order.Count, $order.Interval | Should -Be 0, 0
    }

    It 'makes one injection for each node that comes' {
        $injections = $nodes | New-SkydiveInjection -DestinationIP 10.1.2.3
        $injections.Count | Should -Be $nodes.Count
    }

    It 'makes one injection from many nodes with Gremlin' {
        $injection = New-SkydiveInjection "G.V().Has('Type', 'veth')" -DestinationIP 10.1.2.3
        $injection.Sources.Count | Should -Be $nodes.Count
    }

    It 'wants a name to be that of one node' {
        $same = Get-SkydiveNode | Group-Object Name | Where-Object Count -GT 1 | Select-Object -First 1
        $problem = Get-ErrorOf { New-SkydiveInjection $same.Name -DestinationIP 10.1.2.3 -ErrorAction Stop }
        "$problem" | Should -Match 'is no single source node'
        $problem = Get-ErrorOf { New-SkydiveInjection nosuch -DestinationIP 10.1.2.3 -ErrorAction Stop }
        "$problem" | Should -Match "no source node is called 'nosuch'"
    }

    It 'wants to know where to' {
        "$(Get-ErrorOf { New-SkydiveInjection $nodes[0] -ErrorAction Stop })" | Should -Match 'where to is missing'
    }

    It 'passes on why it cannot be' {
        $problem = Get-ErrorOf { New-SkydiveInjection "G.V().Has('Name', 'nosuch')" -DestinationIP 10.1.2.3 -ErrorAction Stop }
        $problem.FullyQualifiedErrorId | Should -Be 'InvalidInjection,Skydive.PowerShell.NewSkydiveInjectionCommand'
        $null = New-SkydiveInjection "G.V().Has('Name', 'nosuch')" -DestinationIP 10.1.2.3 -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems.Count | Should -Be 1
    }
}

Describe 'Injections' {
    BeforeAll {
        Reset-Fake $fake
        $short = New-SkydiveInjection $nodes[0] -DestinationIP 10.1.2.3
        $long = New-SkydiveInjection $nodes[0] -DestinationIP 10.1.2.3 -Count 100000
    }

    It 'are listed by state' {
        (Get-SkydiveInjection).Count | Should -Be 2
        (Get-SkydiveInjection -State Active).Id | Should -Be $long.Id
        (Get-SkydiveInjection $short.Id).State | Should -Be 'Completed'
        ($short | Get-SkydiveInjection).Id | Should -Be $short.Id
        (Get-ErrorOf { Get-SkydiveInjection nosuch -ErrorAction Stop }).FullyQualifiedErrorId | Should -Be 'InjectionNotFound,Skydive.PowerShell.GetSkydiveInjectionCommand'
    }

    It 'are waited for' {
        ($short | Wait-SkydiveInjection).Id | Should -Be $short.Id
        $problem = Get-ErrorOf { $long | Wait-SkydiveInjection -TimeoutSeconds 1 -ErrorAction Stop }
        $problem.FullyQualifiedErrorId | Should -Be 'OperationTimeout,Skydive.PowerShell.WaitSkydiveInjectionCommand'
    }

    It 'are completed' {
        (Get-Completion "Wait-SkydiveInjection $($long.Id.Substring(0, 6))").CompletionText | Should -Contain $long.Id
    }

    It 'fit 80 columns' {
        $lines = Get-SkydiveInjection | Format-Text
        $lines[1] | Should -Match '^Id +Type +State +Sent +Source +Destination'
        $lines | ForEach-Object Length | Should -Not -BeGreaterThan 80
        (Get-SkydiveInjection $short.Id | Format-Text -List) -join "`n" | Should -Match 'PacketCount +: 1'
    }

    It 'survive JSON' {
        ($long | ConvertTo-Json | ConvertFrom-Json | Get-SkydiveInjection).Id | Should -Be $long.Id
    }

    It 'are removed' {
        ($long | Remove-SkydiveInjection -PassThru).Id | Should -Be $long.Id
        (Get-SkydiveInjection).Id | Should -Be $short.Id
        (Get-ErrorOf { Remove-SkydiveInjection nosuch -ErrorAction Stop }).FullyQualifiedErrorId | Should -Be 'InjectionNotFound,Skydive.PowerShell.RemoveSkydiveInjectionCommand'
    }
}
