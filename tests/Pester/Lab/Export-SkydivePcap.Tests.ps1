BeforeDiscovery {
    . "$PSScriptRoot/../Common.ps1"
    $noLab = [bool](Get-LabProblem)
}

Describe 'Export-SkydivePcap' -Skip:$noLab {
    BeforeAll {
        . "$PSScriptRoot/../Common.ps1"
        $lab = Start-CapturedLab
        $capture = $lab.Capture
    }

    AfterAll {
        Stop-CapturedLab $lab
    }

    It 'writes the packets of flows, of nodes, and single ones' {
        $flow = Get-SkydiveFlow -Capture $capture.Id -Application ICMPv4 | Where-Object NodeTID -EQ (Get-SkydiveNode $lab.A).TID
        $file = $flow | Export-SkydivePcap "$TestDrive/flow.pcap" -PassThru
        $file.Length | Should -Be (24 + 6 * (16 + 98))
        Export-SkydivePcap "$TestDrive/node.pcap" -Selector $lab.A -Bpf icmp
        (Get-Item "$TestDrive/node.pcap").Length | Should -Be $file.Length
        $flow | Get-SkydivePacket | Where-Object Index -LE 2 | Export-SkydivePcap "$TestDrive/two.pcap"
        (Get-Item "$TestDrive/two.pcap").Length | Should -Be (24 + 2 * (16 + 98))
    }

    It 'writes what Import-SkydivePcap reads' {
        Get-SkydiveFlow -Capture $capture.Id -Application ICMPv4 -First 1 | Export-SkydivePcap "$TestDrive/again.pcap"
        (Import-SkydivePcap "$TestDrive/again.pcap").SizeBytes | Should -Be (Get-Item "$TestDrive/again.pcap").Length
    }

    It 'warns when nothing was kept and still writes a file' {
        Export-SkydivePcap "$TestDrive/none.pcap" -Flow 0123456789abcdef -WarningVariable warning -WarningAction SilentlyContinue
        (Get-Item "$TestDrive/none.pcap").Length | Should -Be 24
        "$warning" | Should -Match 'RawPacketLimit'
    }

    It 'replaces a file only with -Force' {
        $flow = Get-SkydiveFlow -Capture $capture.Id -Application ICMPv4 -First 1
        'mine' | Set-Content "$TestDrive/mine.pcap"
        (Get-ErrorOf { $flow | Export-SkydivePcap "$TestDrive/mine.pcap" }).FullyQualifiedErrorId | Should -Be 'FileExists,Skydive.PowerShell.ExportSkydivePcapCommand'
        $flow | Export-SkydivePcap "$TestDrive/mine.pcap" -Force
        (Get-Item "$TestDrive/mine.pcap").Length | Should -BeGreaterThan 24
        $flow | Export-SkydivePcap "$TestDrive/whatif.pcap" -WhatIf
        "$TestDrive/whatif.pcap" | Should -Not -Exist
    }
}
