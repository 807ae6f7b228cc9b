#!/usr/bin/env pwsh
<#
.SYNOPSIS
    What SkydivePS does, in a minute, through its PowerShell module.
.DESCRIPTION
    Needs a running service: its address in SKYDIVE_ANALYZER. ./build.sh demo starts one, makes the lab that is captured, and cleans up.
#>
[CmdletBinding()]
param()

$ErrorActionPreference = 'Stop'
$lab = $env:SKYDIVE_DEMO_LAB
$module = if ($env:SKYDIVE_DEMO_MODULE) { $env:SKYDIVE_DEMO_MODULE } else { 'Skydive' }

function Step([string] $Text) {
    Write-Host "`n$($PSStyle.Bold)# $Text$($PSStyle.Reset)"
}

function Run([scriptblock] $Command) {
    Write-Host "$($PSStyle.Foreground.Cyan)PS> $("$Command".Trim())$($PSStyle.Reset)"
    # Formatted here, so that the text comes in order with what Write-Host prints.
    & $Command | Out-String -Width 110 | ForEach-Object TrimEnd | Write-Host
}

Import-Module $module
Connect-Skydive $env:SKYDIVE_ANALYZER

if (-not $lab) {
    Step 'The topology of this host'
    Run { Show-SkydiveTopology -As Tree }
    return
}

Step 'The topology: two namespaces on a bridge, and the rest of this host'
Run { Show-SkydiveTopology -As Tree }

Step 'A capture on the veths of the bridge'
Run { Get-SkydiveNode "$lab*-eth0" -Type veth | Start-SkydiveCapture -Bpf icmp | Wait-SkydiveCapture }

Step 'Five pings from one namespace to the other'
ip netns exec "${lab}1" ping -c 5 -i 0.2 10.199.7.2
Start-Sleep -Milliseconds 200

Step 'The flows: one conversation, seen at two places, with one tracking identifier'
Run { Get-SkydiveFlow -Application ICMPv4 }
Run { Get-SkydiveFlow -Application ICMPv4 | Group-Object TrackingID -NoElement }

Step 'Gremlin, where parameters are not enough'
Run { Invoke-SkydiveQuery "G.V().Has('Type','netns').Out('Name','eth0')" }

Step 'Back in time: an interface is removed'
$before = Get-Date
Start-Sleep -Milliseconds 100
ip link del "${lab}2-eth0"
Start-Sleep -Milliseconds 300
Run { Get-SkydiveNode "${lab}2-eth*" }
Run { Get-SkydiveNode "${lab}2-eth*" -At $before }

Step 'And the captures end'
Run { Get-SkydiveCapture | Stop-SkydiveCapture -PassThru }
Disconnect-SkydiveAnalyzer -All
