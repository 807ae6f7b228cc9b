BeforeDiscovery {
    . "$PSScriptRoot/../Common.ps1"
    $noLab = [bool](Get-LabProblem)
}

Describe 'Get-SkydiveSocket' -Skip:$noLab {
    BeforeAll {
        . "$PSScriptRoot/../Common.ps1"
        $lab = Start-Lab
    }

    AfterAll {
        Stop-Lab $lab
    }

    It 'gives the sockets of a host, one of which listens' {
        $port = ([uri]"http://$(([uri]$env:SKYDIVE_TEST_ANALYZER).Authority)").Port
        Wait-Until { @(Get-SkydiveSocket -State LISTEN -LocalPort $port).Count } -TimeoutSeconds 30 | Should -BeTrue
        $socket = Get-SkydiveSocket -State listen -LocalPort $port
        $socket | Should -BeOfType Skydive.Socket
        $socket.Protocol, $socket.State, $socket.LocalPort | Should -Be 'TCP', 'LISTEN', $port
        $socket.Node | Should -Not -BeNullOrEmpty
        (Get-SkydiveNode -Type host | Get-SkydiveSocket -LocalPort $port -State LISTEN).Local | Should -Be $socket.Local
        ($socket | Format-Text | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 80
    }

    It 'gives nothing where there is none' {
        Get-SkydiveNode $lab.A | Get-SkydiveSocket | Should -BeNullOrEmpty
        Get-SkydiveSocket -LocalPort 1 | Should -BeNullOrEmpty
        (Get-ErrorOf { Get-SkydiveSocket 'G.V(' }).FullyQualifiedErrorId | Should -Match '^GremlinSyntaxError,'
    }
}
