BeforeDiscovery {
    . "$PSScriptRoot/../Common.ps1"
    $noLab = [bool](Get-LabProblem)
}

Describe 'Register-SkydiveShouldOperator' -Skip:$noLab {
    BeforeAll {
        . "$PSScriptRoot/../Common.ps1"
        $lab = Start-Lab
        Register-SkydiveShouldOperator
    }

    AfterAll {
        Stop-Lab $lab
    }

    It 'finds nodes, and says what it found instead' {
        { $lab.Bridge | Should -BeSkydiveNode -Type bridge -State UP -Metadata @{ MTU = 1500 } } | Should -Not -Throw
        $message = (Get-ErrorOf { $lab.Bridge | Should -BeSkydiveNode -Type bridge -Metadata @{ MTU = 9000 } -Because 'of storage' }).Exception.Message
        $message | Should -Match "Expected a node '$($lab.Bridge)' of type bridge with MTU 9000, but found $($lab.Bridge) \(bridge, UP, MTU 1500\) on .*, because of storage"
        (Get-ErrorOf { 'no-such' | Should -BeSkydiveNode }).Exception.Message | Should -Match "Expected a node 'no-such', but found none"
        { 'no-such' | Should -Not -BeSkydiveNode } | Should -Not -Throw
        { $lab.Bridge | Should -Not -BeSkydiveNode } | Should -Throw
    }

    It 'compares neighbours' {
        { $lab.Bridge | Should -HaveSkydiveNeighbor $lab.A, $lab.B -Exactly } | Should -Not -Throw
        (Get-ErrorOf { $lab.Bridge | Should -HaveSkydiveNeighbor $lab.A, 'eth9' }).Exception.Message | Should -Match 'but eth9 is missing; its neighbours are '
        (Get-ErrorOf { $lab.Bridge | Should -HaveSkydiveNeighbor $lab.A -Exactly }).Exception.Message | Should -Match "but $($lab.B) is too many"
        { $lab.Bridge | Should -Not -HaveSkydiveNeighbor 'eth9' } | Should -Not -Throw
    }

    It 'follows paths' {
        { $lab.A | Should -HaveSkydivePath $lab.B -Through $lab.Bridge -MinimumMtu 1500 -SameMtu } | Should -Not -Throw
        (Get-ErrorOf { $lab.A | Should -HaveSkydivePath $lab.B -MinimumMtu 9000 }).Exception.Message | Should -Match 'has MTU 1500, at least 9000 is needed'
        (Get-ErrorOf { $lab.A | Should -Not -HaveSkydivePath $lab.B }).Exception.Message | Should -Match "but there is: $($lab.A) ▸ $($lab.Bridge) ▸ $($lab.B)"
    }

    It 'finds addresses that are there twice' {
        $selector = "G.V().Has('Name', '$($lab.Bridge)').Neighbors('RelationType', 'layer2', 2)"
        { $selector | Should -HaveUniqueSkydiveAddress } | Should -Not -Throw
        ip -n $lab.NamespaceB addr add "$($lab.AddressA)/32" dev eth0
        try {
            Wait-Until { @(Get-SkydiveNode -Selector $selector | Where-Object { $_.IPs -contains "$($lab.AddressA)/32" }).Count } | Should -BeTrue
            (Get-ErrorOf { $selector | Should -HaveUniqueSkydiveAddress }).Exception.Message | Should -Match "found $($lab.AddressA) at eth0 on .* and eth0 on "
        }
        finally {
            ip -n $lab.NamespaceB addr del "$($lab.AddressA)/32" dev eth0
        }
    }

    It 'can be registered again, and needs Pester' {
        { Register-SkydiveShouldOperator } | Should -Not -Throw
        $found = pwsh -NoProfile -Command "Import-Module '$ModulePath'; `$PSModuleAutoLoadingPreference = 'None'; try { Register-SkydiveShouldOperator } catch { `$_.FullyQualifiedErrorId }"
        $found | Should -Be 'PesterMissing,Skydive.PowerShell.RegisterSkydiveShouldOperatorCommand'
    }
}
