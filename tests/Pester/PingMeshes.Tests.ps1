BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    Import-Module $ModulePath -Force
    $fake = Start-FakeAnalyzer
    Connect-SkydiveAnalyzer $fake.Uri
    $nodes = @(Get-SkydiveNode -Type veth)
    function Get-LastOrder { (Get-FakeState $fake).Requests | Where-Object { $_.Path -eq '/api/pingmesh' -and $_.Method -eq 'POST' } | Select-Object -Last 1 }
}

AfterAll {
    Disconnect-SkydiveAnalyzer -All
    Stop-FakeAnalyzer $fake
}

Describe 'New-SkydivePingMesh' {
    It 'asks all of one another, every second, when nothing else is said' {
        $mesh = New-SkydivePingMesh Type=veth
        $mesh | Should -BeOfType Skydive.PingMesh
        $mesh.PairCount | Should -Be ($nodes.Count * ($nodes.Count - 1))
        $order = (Get-LastOrder).Body | ConvertFrom-Json
        $order.Src | Should -Match '^G\.V\(\)\.Has\(.Type., .veth.\)$'
        $order.Dst, $order.Type, $order.Interval, $order.Count, $order.PayloadSize, $order.Timeout, $order.SamplePeriod, $order.TTL |
            Should -Be '', 'icmp4', 1000, 0, 56, 2000, 10000, 64
    }

    It 'says all that it was told' {
        $null = New-SkydivePingMesh vm1-eth0 vm2-eth0 -Name backbone -Type ICMP6 -Interval 200ms -Count 7 -PayloadSize 1000 -Timeout 1s -SamplePeriod 5s -Ttl 3 -Duration 1m
        $request = Get-LastOrder
        $order = $request.Body | ConvertFrom-Json
        $order.Name, $order.Type, $order.Interval, $order.Count, $order.PayloadSize, $order.Timeout, $order.SamplePeriod, $order.TTL |
            Should -Be 'backbone', 'icmp6', 200, 7, 1000, 1000, 5000, 3
        $order.Src, $order.Dst | Should -Match 'vm1-eth0|vm2-eth0'
        $request.Ttl | Should -Not -BeNullOrEmpty
    }

    It 'makes one mesh of all nodes that come' {
        $mesh = $nodes | New-SkydivePingMesh
        @($mesh).Count | Should -Be 1
        $source = ((Get-LastOrder).Body | ConvertFrom-Json).Src
        foreach ($node in $nodes) { $source | Should -Match ([regex]::Escape($node.TID)) }
    }

    It 'tells why it is refused' {
        $problem = Get-ErrorOf { New-SkydivePingMesh 'G.V().Has("Name", "nobody")' -ErrorAction Stop }
        $problem.FullyQualifiedErrorId | Should -Be 'InvalidPingMesh,Skydive.PowerShell.NewSkydivePingMeshCommand'
        $problem.CategoryInfo.Category | Should -Be 'InvalidData'
    }

    It 'needs a node at least' {
        (Get-ErrorOf { New-SkydivePingMesh nobody1, nobody2 }).FullyQualifiedErrorId | Should -Match ',Skydive.PowerShell.NewSkydivePingMeshCommand$'
    }
}

Describe 'Get-SkydivePingMesh' {
    BeforeAll {
        Reset-Fake $fake
        $endless = New-SkydivePingMesh vm1-eth0, vm2-eth0 -Name endless
        $over = New-SkydivePingMesh vm1-eth0, vm2-eth0 -Name over -Count 10
    }

    It 'lists all' {
        (Get-SkydivePingMesh).Id | Sort-Object | Should -Be ($endless.Id, $over.Id | Sort-Object)
    }

    It 'finds by name, identifier and state' {
        (Get-SkydivePingMesh end*).Id | Should -Be $endless.Id
        (Get-SkydivePingMesh -Id $over.Id).Name | Should -Be 'over'
        ($endless | Get-SkydivePingMesh).Id | Should -Be $endless.Id
        (Get-SkydivePingMesh -State Completed).Id | Should -Be $over.Id
        Get-SkydivePingMesh nothing* | Should -BeNullOrEmpty
    }

    It 'tells that there is none, and goes on' {
        $found = Get-SkydivePingMesh -Id 'none', $over.Id -ErrorVariable problems -ErrorAction SilentlyContinue
        $found.Id | Should -Be $over.Id
        $problems[0].FullyQualifiedErrorId | Should -Be 'PingMeshNotFound,Skydive.PowerShell.GetSkydivePingMeshCommand'
        $problems[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $problems[0].TargetObject | Should -Be 'none'
    }

    It 'has statistics as times' {
        $statistics = (Get-SkydivePingMesh -Id $endless.Id).Statistics
        $statistics.Sent, $statistics.Received, $statistics.Lost | Should -Be 20, 15, 5
        $statistics.LossRatio | Should -Be 0.25
        $statistics.Average | Should -Be ([TimeSpan]::FromTicks(550))
    }

    It 'shows tables and lists that fit: <_> columns' -ForEach 80, 120 {
        $lines = Get-SkydivePingMesh | Format-Text -Width $_
        ($lines | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual $_
        $lines | Where-Object { $_ -match 'endless' } | Should -Match '^[0-9a-f]{8} endless +icmp4 Active +1/2 +20 +25% +55 µs 6 µs$'
        $endless | Format-Text -Width $_ -List | Where-Object { $_ -match 'System\.|Skydive\.' } | Should -BeNullOrEmpty
    }
}

Describe 'Get-SkydivePingPair' {
    BeforeAll {
        Reset-Fake $fake
        $mesh = New-SkydivePingMesh vm1-eth0, vm2-eth0
    }

    It 'gives every pair' {
        $pairs = $mesh | Get-SkydivePingPair
        $pairs | Should -HaveCount 2
        $pairs[0] | Should -BeOfType Skydive.PingPair
        $pairs[0].MeshId | Should -Be $mesh.Id
        "$($pairs[0])" | Should -Be 'vm1-eth0 -> vm2-eth0'
        $pairs[0].Statistics.Percentile95 | Should -Be ([TimeSpan]::FromTicks(880))
        Get-SkydivePingPair | Should -HaveCount 2
    }

    It 'chooses by source, destination and state' {
        ($mesh | Get-SkydivePingPair -Source vm1*).Destination | Should -Be 'vm2-eth0'
        ($mesh | Get-SkydivePingPair -Destination vm1-eth0).Source | Should -Be 'vm2-eth0'
        ($mesh | Get-SkydivePingPair -State Down).Source | Should -Be 'vm1-eth0'
        $mesh | Get-SkydivePingPair -Source nobody | Should -BeNullOrEmpty
    }

    It 'asks for a span of time' {
        $before = @((Get-FakeState $fake).Requests).Count
        $mesh | Get-SkydivePingPair -Since -5m -Until -1m | Should -HaveCount 2
        (Get-FakeState $fake).Requests[$before].Path | Should -Be "/api/pingmesh/$($mesh.Id)"
    }

    It 'shows a table that fits' {
        $lines = $mesh | Get-SkydivePingPair | Format-Text
        ($lines | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 80
        $lines | Where-Object { $_ -match 'Down' } | Should -Match '^vm1-eth0 10\.0\.0\.1 +vm2-eth0 10\.0\.0\.2 +Down +10 +50% +55 µs 6 µs$'
    }
}

Describe 'Get-SkydivePingSample' {
    It 'gives the time series with the names of the pairs' {
        Reset-Fake $fake
        $mesh = New-SkydivePingMesh vm1-eth0, vm2-eth0
        $samples = $mesh | Get-SkydivePingSample -Since -5m
        $samples | Should -HaveCount 2
        $samples[0] | Should -BeOfType Skydive.PingSample
        $samples[0].Source, $samples[0].Destination | Should -Be 'vm1-eth0', 'vm2-eth0'
        ($samples[0].Last - $samples[0].Start).TotalSeconds | Should -Be 1
        ($mesh | Get-SkydivePingSample -Source vm2-eth0).Source | Should -Be 'vm2-eth0'
        $lines = $samples | Format-Text
        ($lines | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 80
        ($lines -join "`n") | Should -Match 'vm1-eth0 10\.0\.0\.1 +vm2-eth0 10\.0\.0\.2 +10 +50% +55 µs 90 µs'
    }
}

Describe 'Remove-SkydivePingMesh' {
    BeforeEach { Reset-Fake $fake }

    It 'removes what comes down the pipeline, and says so when asked' {
        $mesh = New-SkydivePingMesh vm1-eth0, vm2-eth0
        ($mesh | Remove-SkydivePingMesh -PassThru).Id | Should -Be $mesh.Id
        Get-SkydivePingMesh | Should -BeNullOrEmpty
        $mesh | Remove-SkydivePingMesh -ErrorAction SilentlyContinue -ErrorVariable problems | Should -BeNullOrEmpty
        $problems[0].FullyQualifiedErrorId | Should -Be 'PingMeshNotFound,Skydive.PowerShell.RemoveSkydivePingMeshCommand'
    }

    It 'completes identifiers' {
        $mesh = New-SkydivePingMesh vm1-eth0, vm2-eth0
        # Completion asks once in five seconds.
        Wait-Until { (Get-Completion 'Remove-SkydivePingMesh ').CompletionText -contains $mesh.Id } | Should -BeTrue
    }

    It 'changes nothing with -WhatIf' {
        $mesh = New-SkydivePingMesh vm1-eth0, vm2-eth0
        $mesh | Remove-SkydivePingMesh -WhatIf
        New-SkydivePingMesh vm1-eth0, vm2-eth0 -WhatIf | Should -BeNullOrEmpty
        @(Get-SkydivePingMesh).Id | Should -Be $mesh.Id
    }
}
