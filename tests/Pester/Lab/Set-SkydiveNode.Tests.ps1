BeforeDiscovery {
    . "$PSScriptRoot/../Common.ps1"
    $noLab = [bool](Get-LabProblem)
}

Describe 'Nodes and edges of users' -Skip:$noLab {
    BeforeAll {
        . "$PSScriptRoot/../Common.ps1"
        $lab = Start-Lab
    }

    AfterAll {
        Get-SkydiveNode "$($lab.Prefix)-own*" | Remove-SkydiveNode -Force
        Stop-Lab $lab
    }

    It 'adds nodes and edges that stay' {
        $switch = New-SkydiveNode "$($lab.Prefix)-own1" switch -Metadata @{ Rack = 7; Tags = 'a', 'b'; Site = @{ Room = 'b2' } }
        $switch | Should -BeOfType Skydive.Node
        $switch.Metadata.Rack, $switch.Metadata.Site.Room | Should -Be 7, 'b2'
        $switch.Metadata.Tags | Should -Be 'a', 'b'
        $port = [pscustomobject]@{ Name = "$($lab.Prefix)-own2"; Type = 'switchport' } | New-SkydiveNode
        ($switch | New-SkydiveEdge -Destination $port -RelationType ownership).RelationType | Should -Be 'ownership'
        $cable = New-SkydiveEdge $port $lab.A layer2 -Metadata @{ Cable = 'c17' }
        (Find-SkydivePath $port $lab.B).Hops | Should -Be 3
        (Get-SkydiveEdge -Metadata @{ Cable = 'c17' }).Id | Should -Be $cable.Id
        $cable | Remove-SkydiveEdge
        Get-SkydiveEdge -Metadata @{ Cable = 'c17' } | Should -BeNullOrEmpty
    }

    It 'changes metadata' {
        $changed = Set-SkydiveNode "$($lab.Prefix)-own1" @{ Owner = 'ann'; 'Site.Floor' = 2; 'New.Deep.Key' = $true } -RemoveKey Rack -PassThru
        $changed.Metadata.Owner, $changed.Metadata.Site.Floor, $changed.Metadata.Site.Room, $changed.Metadata.New.Deep.Key | Should -Be 'ann', 2, 'b2', $true
        $changed.Metadata.Contains('Rack') | Should -BeFalse
        (Get-SkydiveNode $lab.A | Set-SkydiveNode -Metadata @{ Owner = 'bob' } -PassThru).Metadata.Owner | Should -Be 'bob'
        Set-SkydiveNode $lab.A -RemoveKey Owner, NotThere
        (Get-SkydiveNode $lab.A).Metadata.Contains('Owner') | Should -BeFalse
        (Get-ErrorOf { Set-SkydiveNode $lab.A }).FullyQualifiedErrorId | Should -Match '^InvalidArgument,'
        (Get-ErrorOf { Set-SkydiveNode $lab.A @{ 'MTU.Sub' = 1 } }).Exception.Message | Should -Match 'MTU has no keys below it'
        (Get-ErrorOf { Set-SkydiveNode no-such @{ A = 1 } -ErrorAction Stop }).FullyQualifiedErrorId | Should -Match '^NodeNotFound,'
    }

    It 'changes nothing with -WhatIf' {
        New-SkydiveNode "$($lab.Prefix)-own9" switch -WhatIf
        Set-SkydiveNode "$($lab.Prefix)-own1" @{ Owner = 'eve' } -WhatIf
        Remove-SkydiveNode "$($lab.Prefix)-own*" -WhatIf
        Get-SkydiveNode "$($lab.Prefix)-own9*" | Should -BeNullOrEmpty
        (Get-SkydiveNode "$($lab.Prefix)-own1").Metadata.Owner | Should -Be 'ann'
    }

    It 'removes what was added, and nothing that an agent tells of' {
        (Get-ErrorOf { Remove-SkydiveNode $lab.A -ErrorAction Stop }).FullyQualifiedErrorId | Should -Be 'InvalidElement,Skydive.PowerShell.RemoveSkydiveNodeCommand'
        Get-SkydiveNode $lab.A | Should -Not -BeNullOrEmpty
        Get-SkydiveNode "$($lab.Prefix)-own*" | Remove-SkydiveNode
        Get-SkydiveNode "$($lab.Prefix)-own*" | Should -BeNullOrEmpty
        (Get-ErrorOf { Remove-SkydiveNode "$($lab.Prefix)-own1" -ErrorAction Stop }).FullyQualifiedErrorId | Should -Match '^NodeNotFound,'
        (Get-ErrorOf { Remove-SkydiveEdge no-such -ErrorAction Stop }).FullyQualifiedErrorId | Should -Match '^ElementNotFound,'
    }

    It 'says what cannot be added' {
        (Get-ErrorOf { New-SkydiveEdge $lab.A no-such layer2 -ErrorAction Stop }).FullyQualifiedErrorId | Should -Match '^NodeNotFound,'
        (Get-ErrorOf { New-SkydiveEdge eth0 $lab.A layer2 -ErrorAction Stop }).FullyQualifiedErrorId | Should -Match '^AmbiguousNode,'
        (Get-ErrorOf { New-SkydiveNode "$($lab.Prefix)-own3" netns -ErrorAction Stop }).FullyQualifiedErrorId | Should -Match '^InvalidElement,'
        (Get-ErrorOf { New-SkydiveNode "$($lab.Prefix)-own3" switch -Metadata @{ P = (Get-Process -Id $PID) } }).Exception.Message | Should -Match 'has no form in metadata'
    }
}
