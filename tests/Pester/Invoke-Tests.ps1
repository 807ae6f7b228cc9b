#requires -Version 7.4
<#
.SYNOPSIS
Runs the tests of the module and ends with 1 when one fails.
.DESCRIPTION
Needs Pester 5 or 6 and the .NET SDK. Builds the module and the fake analyzer when they are not given. Live.Tests.ps1, and as root the
tests in Lab/, run when SKYDIVE_TEST_ANALYZER holds the address of a service, and are counted as skipped otherwise.
#>
param(
    [string] $OutputPath,
    [ValidateSet('JUnitXml', 'NUnitXml', 'NUnit3')]
    [string] $OutputFormat = 'JUnitXml',
    [string] $ModulePath,
    [string] $FakeAnalyzerPath,
    [string[]] $Path = $PSScriptRoot
)

$ErrorActionPreference = 'Stop'
$root = (Resolve-Path "$PSScriptRoot/../..").Path
if (-not $ModulePath) {
    $ModulePath = "$root/artifacts/module/Skydive"
    dotnet build "$root/src/Skydive.PowerShell" -t:LayoutModule "-p:ModuleOutput=$ModulePath" -v q --nologo
    if ($LASTEXITCODE) { throw 'the module does not build' }
}

if (-not $FakeAnalyzerPath) {
    dotnet build "$root/tests/Pester/FakeAnalyzer" -o "$root/artifacts/fake-analyzer" -v q --nologo
    if ($LASTEXITCODE) { throw 'the fake analyzer does not build' }
    $FakeAnalyzerPath = "$root/artifacts/fake-analyzer/FakeAnalyzer.dll"
}

$env:SKYDIVE_TEST_MODULE = (Resolve-Path $ModulePath).Path
$env:SKYDIVE_TEST_FAKE = (Resolve-Path $FakeAnalyzerPath).Path
Import-Module Pester -MinimumVersion 5.0
$configuration = New-PesterConfiguration
$configuration.Run.Path = $Path
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'Normal'
if ($OutputPath) {
    $configuration.TestResult.Enabled = $true
    $configuration.TestResult.OutputPath = $OutputPath
    $configuration.TestResult.OutputFormat = $OutputFormat
}

$result = Invoke-Pester -Configuration $configuration
if (-not $env:SKYDIVE_TEST_ANALYZER) {
    'Live.Tests.ps1 and Lab/ skipped: SKYDIVE_TEST_ANALYZER holds no address of a service'
}

"Pester: $($result.PassedCount) passed, $($result.FailedCount) failed, $($result.SkippedCount) skipped of $($result.TotalCount)"
if ($result.FailedCount -or $result.FailedContainersCount -or $result.FailedBlocksCount -or -not $result.TotalCount) { exit 1 }
exit 0
