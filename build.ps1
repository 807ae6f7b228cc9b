#!/usr/bin/env pwsh
<#
.SYNOPSIS
    Builds, tests and shows SkydivePS.
.DESCRIPTION
    The same tasks as build.sh, for people who have PowerShell. Needs the .NET 10 SDK. On Linux, build.sh also installs system packages that
    are missing; this script leaves that to you.
.EXAMPLE
    ./build.ps1 build
    Leaves the service in artifacts/service and the module in artifacts/module/Skydive.
.EXAMPLE
    ./build.ps1 test
    Runs every test; the last line says how many passed, failed and were skipped.
#>
[CmdletBinding()]
param(
    # What to do.
    [Parameter(Position = 0)]
    [ValidateSet('build', 'test', 'demo', 'bench', 'fuzz', 'soak', 'package', 'clean')]
    [string] $Task = 'build',

    # Further arguments of the task.
    [Parameter(ValueFromRemainingArguments)]
    [string[]] $Arguments = @()
)

$ErrorActionPreference = 'Stop'
Push-Location $PSScriptRoot
try {
    $output = & dotnet build build/Build.csproj -c Release --nologo -v quiet
    if ($LASTEXITCODE -ne 0) { $output; exit $LASTEXITCODE }
    & dotnet build/bin/Release/net10.0/Build.dll $Task @Arguments
    exit $LASTEXITCODE
}
finally {
    Pop-Location
}
