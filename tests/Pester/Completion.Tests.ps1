BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    Import-Module $ModulePath -Force
    $fake = Start-FakeAnalyzer
    Connect-SkydiveAnalyzer $fake.Uri -Name lab
    $null = Start-SkydiveCapture lo -Name 'my capture'
}

AfterAll {
    Disconnect-SkydiveAnalyzer -All
    Stop-FakeAnalyzer $fake
}

Describe 'Completion' {
    It 'of <Line> offers <Expected>' -ForEach @(
        @{ Line = 'Get-SkydiveNode vm'; Expected = 'vm1-eth0', 'vm2-eth0' }
        @{ Line = 'Get-SkydiveNode -Type net'; Expected = @('netns') }
        @{ Line = 'Get-SkydiveNode -HostName l'; Expected = @('lab') }
        @{ Line = 'Get-SkydiveEdge -RelationType '; Expected = 'layer2', 'ownership' }
        @{ Line = 'Stop-SkydiveCapture -Name m'; Expected = @("'my capture'") }
        @{ Line = 'Get-SkydiveNode -Session '; Expected = @('lab') }
        @{ Line = 'Get-SkydiveFlow -Sort Transport.'; Expected = 'Transport.Protocol', 'Transport.A', 'Transport.B', 'Transport.ID' }
        @{ Line = 'Watch-SkydiveTopology -EventType Edge'; Expected = 'EdgeAdded', 'EdgeDeleted', 'EdgeUpdated' }
    ) {
        (Get-Completion $Line).CompletionText | Should -Be $Expected
    }

    It 'offers the capture types that the service can run' {
        $offered = (Get-Completion 'Start-SkydiveCapture lo -Type ').CompletionText
        $offered | Should -Contain 'afpacket'
        $offered | Should -Not -Contain 'dpdk'
        $offered | Sort-Object | Should -Be ([Skydive.Contracts.Captures.CaptureTypes]::Available | Sort-Object)
    }

    It 'knows the properties of what comes out' {
        (Get-Completion 'Get-SkydiveNode | Where-Object TI').CompletionText | Should -Contain 'TID'
    }

    It 'asks once in five seconds' {
        $null = Get-Completion 'Get-SkydiveNode v'
        Reset-Fake $fake
        $null = Get-Completion 'Get-SkydiveNode vm1'
        Get-FakeQuery $fake | Should -BeNullOrEmpty
    }

    It 'is quick and silent when nobody answers' {
        $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
        $listener.Start()
        try {
            $line = "Get-SkydiveNode -Session http://$($listener.LocalEndpoint) -Name v"
            $Error.Clear()
            $watch = [Diagnostics.Stopwatch]::StartNew()
            # No session is open there, and completion opens none; PowerShell itself may offer files instead.
            $words = (Get-Completion $line).CompletionText
            $watch.ElapsedMilliseconds | Should -BeLessThan 1000
            $words | Should -Not -Contain 'vm1-eth0'
            $listener.Pending() | Should -BeFalse
            $Error | Should -BeNullOrEmpty
        }
        finally { $listener.Stop() }
    }
}
