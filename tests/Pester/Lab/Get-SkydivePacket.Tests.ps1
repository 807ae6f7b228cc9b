BeforeDiscovery {
    . "$PSScriptRoot/../Common.ps1"
    $noLab = [bool](Get-LabProblem)
}

Describe 'Get-SkydivePacket' -Skip:$noLab {
    BeforeAll {
        . "$PSScriptRoot/../Common.ps1"
        $lab = Start-CapturedLab
        $capture = $lab.Capture
    }

    AfterAll {
        Stop-CapturedLab $lab
    }

    It 'gives the packets of flows' {
        $packets = Get-SkydiveFlow -Capture $capture.Id -Application ICMPv4 -First 1 | Get-SkydivePacket
        $packets | Should -BeOfType Skydive.Packet
        $packets.Count | Should -Be 6
        $packets.Index | Should -Be (1..6)
        $packets[0].Data.Length | Should -Be 98
        $packets[0].LinkType | Should -Be 1
        $packets[0].Time | Should -BeGreaterThan ([DateTimeOffset]::Now.AddMinutes(-5))
    }

    It 'takes a filter' {
        $flow = Get-SkydiveFlow -Capture $capture.Id -Application ICMPv4 -First 1
        ($flow | Get-SkydivePacket -Bpf 'icmp[icmptype] == icmp-echoreply').Index | Should -Be 2, 4, 6
        (Get-ErrorOf { $flow | Get-SkydivePacket -Bpf 'no filter' }).FullyQualifiedErrorId | Should -Match ',Skydive.PowerShell.GetSkydivePacketCommand$'
        (Get-SkydivePacket $flow.UUID).Count | Should -Be 6
    }

    It 'shows bytes as table and as dump' {
        $packet = Get-SkydiveFlow -Capture $capture.Id -Application ICMPv4 -First 1 | Get-SkydivePacket | Select-Object -First 1
        ($packet | Format-Text | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 80
        ($packet | Format-Text -List) -join "`n" | Should -Match '0000  [0-9a-f]{4} '
    }

    It 'gives nothing for a flow that is not there' {
        Get-SkydivePacket 0123456789abcdef | Should -BeNullOrEmpty
    }
}
