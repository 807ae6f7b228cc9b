BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    Import-Module $ModulePath -Force
    $fake = Start-FakeAnalyzer
    Connect-SkydiveAnalyzer $fake.Uri -Name lab
    $null = Get-SkydiveNode vm1-eth0 | Start-SkydiveCapture -Name web -Bpf 'tcp port 443'
    $items = @{
        Node          = Get-SkydiveNode
        Edge          = Get-SkydiveEdge
        Flow          = Get-SkydiveFlow
        Capture       = Get-SkydiveCapture
        Session       = Get-SkydiveSession
        Agent         = Get-SkydiveAgent
        Status        = Get-SkydiveStatus
        Topology      = Get-SkydiveTopology
        TopologyEvent = Watch-SkydiveTopology -InitialState -MaximumEvents 5
        Test          = Test-SkydiveConnection
    }
}

AfterAll {
    Disconnect-SkydiveAnalyzer -All
    Stop-FakeAnalyzer $fake
}

Describe 'Views' {
    It 'of <_> fit 80 and 120 columns' -ForEach 'Node', 'Edge', 'Flow', 'Capture', 'Session', 'Agent', 'Status', 'Topology', 'TopologyEvent', 'Test' {
        foreach ($width in 80, 120) {
            $lines = $items[$_] | Format-Text -Width $width
            ($lines | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual $width
            # A view of our own, not PowerShell's guess, which shows the type's first properties.
            ($lines | Where-Object { $_ -match '\S' }).Count | Should -BeGreaterThan 0
            ($lines -join "`n") | Should -Not -Match 'Skydive\.|System\.'
            $list = $items[$_] | Select-Object -First 1 | Format-Text -Width $width -List
            ($list -join "`n") | Should -Not -Match 'System\.(Object|Collections)'
        }
    }

    It 'show nodes grouped by host' {
        $lines = $items.Node | Format-Text
        $lines | Should -Contain '   Host: lab'
        $lines | Where-Object { $_ -match '^Name ' } | Should -Match '^Name\s+Type\s+State\s+MAC\s+IPs$'
        $lines | Where-Object { $_ -match '^eth0' } | Select-Object -First 1 | Should -Match '^eth0\s+veth\s+UP\s+02:00:00:00:00:01\s+10\.0\.0\.1/24'
    }

    It 'show flows with humane numbers' {
        $lines = $items.Flow | Format-Text
        $lines | Where-Object { $_ -match '^TCP' } | Should -Match '10\.0\.0\.1:40000\s+10\.0\.0\.2:443\s+49\.4 KiB\s+98\.7 KiB 26 µs'
        $lines | Where-Object { $_ -match '^ICMPv4' } | Should -Match '490 B\s+980 B 1\.3 ms'
    }

    It 'show captures, edges and events' {
        $items.Capture | Format-Text | Where-Object { $_ -match '^web' } | Should -Match '^web\s+Active\s+1 tcp port 443\s+G\.V'
        $items.Edge | Format-Text | Where-Object { $_ -match '^layer2' } | Select-Object -First 1 | Should -Match '^layer2\s+br0\s+vm1-eth0\s+lab'
        $items.TopologyEvent | Format-Text | Where-Object { $_ -match 'Added' } | Select-Object -First 1 | Should -Match 'Added\s+Node lab\s+host\s+lab'
    }

    It 'list all metadata' {
        $items.Node | Where-Object Name -EQ br0 | Format-Text -List | Should -Contain 'Metadata  : Features = {"rx-checksum":true}'
    }

    It 'have further tables' {
        $items.Node | Format-Text -Width 120 -View Id | Select-Object -Index 1 | Should -Match '^Name\s+Rev Id\s+TID'
        $items.Flow | Format-Text -View Tracking | Select-Object -Index 1 | Should -Match '^App\s+TrackingID\s+L3TrackingID\s+NodeTID'
    }

    It 'work for imported objects' {
        $items.Node | Export-Clixml "$TestDrive/nodes.xml"
        Import-Clixml "$TestDrive/nodes.xml" | Format-Text | Should -Contain '   Host: lab'
    }

    It 'humanise at every size' {
        [Skydive.PowerShell.ViewText]::Bytes(0), [Skydive.PowerShell.ViewText]::Bytes(1023), [Skydive.PowerShell.ViewText]::Bytes(1536), [Skydive.PowerShell.ViewText]::Bytes([long]::MaxValue) |
            Should -Be '0 B', '1023 B', '1.5 KiB', '8.0 EiB'
        [Skydive.PowerShell.ViewText]::Rate(2048.0), [Skydive.PowerShell.ViewText]::Rate($null) | Should -Be '2.0 KiB/s', ''
    }
}
