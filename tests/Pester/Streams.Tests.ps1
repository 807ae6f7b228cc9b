BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    Import-Module $ModulePath -Force
    $fake = Start-FakeAnalyzer
    Connect-SkydiveAnalyzer $fake.Uri

    # Runs a script in another runspace of this process, which finds the default session, and stops it.
    # The best of three: a machine that does other things as well may be late.
    function Measure-Stop([string] $Script, [scriptblock] $Ready) {
        (1..3 | ForEach-Object { Reset-Fake $fake; Measure-OneStop $Script $Ready } | Measure-Object -Minimum).Minimum
    }

    function Measure-OneStop([string] $Script, [scriptblock] $Ready) {
        $shell = [powershell]::Create()
        try {
            $null = $shell.AddScript("Import-Module '$ModulePath'; $Script")
            $null = $shell.BeginInvoke()
            Wait-Until $Ready | Should -BeTrue
            $watch = [Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            $elapsed = $watch.ElapsedMilliseconds
            Wait-Until { $state = Get-FakeState $fake; $state.Sockets + $state.Streams -eq 0 } | Should -BeTrue
            $elapsed
        }
        finally {
            $shell.Dispose()
        }
    }
}

AfterAll {
    Disconnect-SkydiveAnalyzer -All
    Stop-FakeAnalyzer $fake
}

Describe 'Select-Object -First' {
    It 'ends a query that never would' {
        (Get-SkydiveNode endless | Select-Object -First 3).Count | Should -Be 3
        Wait-Until { (Get-FakeState $fake).Streams -eq 0 } | Should -BeTrue
    }

    It 'closes the socket of Watch-SkydiveTopology' {
        (Watch-SkydiveTopology | Select-Object -First 3).Count | Should -Be 3
        Wait-Until { (Get-FakeState $fake).Sockets -eq 0 } | Should -BeTrue
    }

    It 'and an error further down do the same' {
        { Watch-SkydiveTopology | ForEach-Object { throw 'enough' } } | Should -Throw enough
        { Get-SkydiveNode endless | ForEach-Object { throw 'enough' } } | Should -Throw enough
        Wait-Until { $state = Get-FakeState $fake; $state.Sockets + $state.Streams -eq 0 } | Should -BeTrue
    }
}

Describe 'Stopping' {
    It 'ends a silent query within 100 ms' {
        Measure-Stop 'Get-SkydiveNode silent' { @(Get-FakeQuery $fake).Count -eq 1 } | Should -BeLessThan 100
    }

    It 'ends a stream within 100 ms' {
        Measure-Stop 'Get-SkydiveNode endless' { (Get-FakeState $fake).Streams -eq 1 } | Should -BeLessThan 100
    }

    It 'ends Watch-SkydiveTopology within 100 ms' {
        Measure-Stop 'Watch-SkydiveTopology' { (Get-FakeState $fake).Sockets -eq 1 } | Should -BeLessThan 100
    }
}

Describe 'Watch-SkydiveTopology' {
    It 'gives typed events that tell what changed' {
        $event = Watch-SkydiveTopology -MaximumEvents 1
        $event | Should -BeOfType Skydive.TopologyEvent
        $event.EventType, $event.Change, $event.Kind, $event.Name, $event.Type | Should -Be 'NodeUpdated', 'Updated', 'Node', 'br0', 'bridge'
        $event.Changes[0].Key | Should -Be 'MTU'
        $event.Changes[0].Before | Should -BeGreaterThan $event.Changes[0].After
        $event.PreviousNode.Revision | Should -Be ($event.Node.Revision - 1)
    }

    It 'begins with what is there, if asked' {
        $events = Watch-SkydiveTopology -InitialState -EventType NodeAdded, EdgeAdded -TimeoutSeconds 1
        ($events | Where-Object Kind -EQ Node).Count | Should -Be 9
        ($events | Where-Object Kind -EQ Edge).Name | Should -Contain 'br0 → vm1-eth0'
    }

    It 'ends after its time' {
        $watch = [Diagnostics.Stopwatch]::StartNew()
        Watch-SkydiveTopology -EventType NodeDeleted -TimeoutSeconds 1 | Should -BeNullOrEmpty
        $watch.Elapsed.TotalSeconds | Should -BeGreaterThan 0.9
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 5
    }

    It 'warns when the connection breaks, and goes on' {
        $drop = { $null = Invoke-RestMethod -Method Post "$($fake.Uri)/fake/drop" }
        $seen = 0
        $events = Watch-SkydiveTopology -WarningVariable warnings -WarningAction SilentlyContinue |
            ForEach-Object { if (++$seen -eq 2) { & $drop }; $_ } |
            Where-Object { $_.IsCatchUp -or $warnings } | Select-Object -First 2
        $events.Count | Should -Be 2
        $warnings[0].Message | Should -Match '^StreamInterrupted'
    }
}
