<#
.SYNOPSIS
Checks a network against what it should look like.
.DESCRIPTION
Run it in CI against your own network:

    $container = New-PesterContainer -Path ./Network.Tests.ps1 -Data @{ Expectation = './network.psd1'; Analyzer = 'http://localhost:8082' }
    Invoke-Pester -Container $container -Output Detailed

Without data it reads network.psd1 beside it and asks the analyzer of the current session. Sockets are checked where agents run the probe
socketinfo; sending packets needs an agent with CAP_NET_RAW.
#>
param(
    [string] $Expectation = "$PSScriptRoot/network.psd1",
    [string] $Analyzer,
    [string] $ModulePath = 'Skydive'
)

BeforeDiscovery {
    $network = Import-PowerShellDataFile $Expectation
    $bridges = foreach ($bridge in @($network.Bridges.Keys)) { @{ Bridge = $bridge; Ports = @($network.Bridges[$bridge]) } }
    $interfaces = foreach ($interface in @($network.Interfaces)) { @{ Interface = $interface } }
    $paths = foreach ($path in @($network.Paths)) { @{ From = $path.From; To = $path.To; Requirements = $path } }
    $reachable = foreach ($pair in @($network.Reachable)) { @{ From = $pair.From; To = $pair.To } }
}

BeforeAll {
    Import-Module $ModulePath
    Register-SkydiveShouldOperator
    if ($Analyzer) { Connect-SkydiveAnalyzer $Analyzer }
    $network = Import-PowerShellDataFile $Expectation
}

Describe 'Bridges' -Skip:(-not $bridges) {
    It '<Bridge> has the ports <Ports> and no others' -ForEach $bridges {
        $Bridge | Should -BeSkydiveNode -Type bridge
        $Bridge | Should -HaveSkydiveNeighbor $Ports -Exactly
    }
}

Describe 'Interfaces' -Skip:(-not $interfaces) {
    It '<Interface> is there and up' -ForEach $interfaces {
        $Interface | Should -BeSkydiveNode -State UP
    }

    It 'no address is configured twice' {
        "G.V().Has('Name', Within($((@($network.Interfaces) + @($network.Bridges.Keys) | ForEach-Object { "'$_'" }) -join ', '))).Descendants(0)" | Should -HaveUniqueSkydiveAddress
        'G.V().HasKey("IPV4")' | Should -HaveUniqueSkydiveAddress -Because 'an address belongs to one interface'
    }
}

Describe 'Paths' -Skip:(-not $paths) {
    It 'leads from <From> to <To> with one MTU and without drops' -ForEach $paths {
        $arguments = @{ SameMtu = $true }
        foreach ($key in 'Through', 'MinimumMtu', 'MaxHops') {
            if ($Requirements.ContainsKey($key)) { $arguments[$key] = $Requirements[$key] }
        }

        if ($network.NoDropsWithin) { $arguments.NoDropsWithin = $network.NoDropsWithin }
        $From | Should -HaveSkydivePath $To @arguments
    }
}

Describe 'Reachability' -Skip:(-not $reachable) {
    It 'packets from <From> arrive at <To>' -ForEach $reachable {
        $From | Should -HaveSkydiveConnectivity $To
    }
}

Describe 'Listeners' {
    It 'nothing listens that should not' {
        $unexpected = Get-SkydiveSocket -State LISTEN |
            Where-Object { $_.LocalPort -notin $network.AllowedPorts -and $_.LocalAddress -notlike '127.*' -and $_.LocalAddress -ne '::1' }
        $unexpected | ForEach-Object { "$($_.Node): $($_.Protocol) $($_.Local) $($_.ProcessName)" } | Should -BeNullOrEmpty
    }
}
