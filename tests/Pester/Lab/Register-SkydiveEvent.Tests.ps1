BeforeDiscovery {
    . "$PSScriptRoot/../Common.ps1"
    $noLab = [bool](Get-LabProblem)
}

Describe 'Register-SkydiveEvent' -Skip:$noLab {
    BeforeAll {
        . "$PSScriptRoot/../Common.ps1"
        $lab = Start-CapturedLab
        $capture = $lab.Capture
    }

    AfterAll {
        Stop-CapturedLab $lab
    }

    It 'runs an action for every change, and ends with Unregister-Event' {
        $seen = [Collections.Concurrent.ConcurrentQueue[object]]::new()
        $job = Register-SkydiveEvent Topology $lab.A -SourceIdentifier lab.topology -MessageData $seen { $Event.MessageData.Enqueue($EventArgs) }
        try {
            $job | Should -BeOfType Management.Automation.PSEventJob
            Wait-Until { @($seen | Where-Object Kind -EQ Connection).Count } | Should -BeTrue
            ip link set $lab.A mtu 1450
            Wait-Until { @($seen | Where-Object { $_.Kind -eq 'Topology' -and $_.Data.Name -eq $lab.A -and $_.Data.Changes.Key -contains 'MTU' }).Count } | Should -BeTrue
            (Get-ErrorOf { Register-SkydiveEvent Topology -SourceIdentifier lab.topology }).FullyQualifiedErrorId | Should -Match '^SubscriptionExists,'
        }
        finally {
            Unregister-Event lab.topology
        }

        $count = $seen.Count
        ip link set $lab.A mtu 1500
        Start-Sleep -Milliseconds 500
        $seen.Count | Should -Be $count
        Get-EventSubscriber | Should -BeNullOrEmpty
    }

    It 'queues events of flows' {
        Register-SkydiveEvent Flow $lab.A -SourceIdentifier lab.flow | Should -BeNullOrEmpty
        try {
            Start-Sleep -Milliseconds 1500
            Send-Ping $lab 2
            $found = Wait-Event lab.flow -Timeout 10
            $found.SourceEventArgs.Kind | Should -Be 'Flow'
            $found.SourceEventArgs.Data | Should -BeOfType Skydive.Flow
        }
        finally {
            Unregister-Event lab.flow
            Get-Event lab.flow -ErrorAction Ignore | Remove-Event
        }
    }

    It 'tells that there is no connection' {
        Register-SkydiveEvent Connection -Session http://127.0.0.1:9 -SourceIdentifier lab.connection -MaxTriggerCount 1
        try {
            $found = Wait-Event lab.connection -Timeout 10
            $found.SourceEventArgs.Data.IsConnected | Should -BeFalse
            $found.SourceEventArgs.Data.Error | Should -Match 'cannot be reached'
        }
        finally {
            Unregister-Event lab.connection -ErrorAction Ignore
            Get-Event -ErrorAction Ignore | Remove-Event
            Disconnect-SkydiveAnalyzer 127.0.0.1:9
        }
    }
}
