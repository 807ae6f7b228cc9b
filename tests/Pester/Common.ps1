# Shared by the test files: dot-source it in BeforeAll.
$ErrorActionPreference = 'Stop'
$script:RepositoryRoot = (Resolve-Path "$PSScriptRoot/../..").Path
$script:ModulePath = if ($env:SKYDIVE_TEST_MODULE) { $env:SKYDIVE_TEST_MODULE } else { "$RepositoryRoot/artifacts/module/Skydive" }
$script:FakeAnalyzerPath = if ($env:SKYDIVE_TEST_FAKE) { $env:SKYDIVE_TEST_FAKE } else { "$RepositoryRoot/artifacts/fake-analyzer/FakeAnalyzer.dll" }

function Start-FakeAnalyzer {
    $start = [Diagnostics.ProcessStartInfo]::new('dotnet')
    $start.ArgumentList.Add($script:FakeAnalyzerPath)
    $start.RedirectStandardInput = $true
    $start.RedirectStandardOutput = $true
    $process = [Diagnostics.Process]::Start($start)
    $line = $process.StandardOutput.ReadLineAsync()
    if (-not $line.Wait(30000) -or -not $line.Result) {
        throw 'the fake analyzer did not start'
    }

    [pscustomobject]@{ Process = $process; Uri = $line.Result }
}

function Stop-FakeAnalyzer($Fake) {
    # It ends when its input does.
    $Fake.Process.StandardInput.Close()
    if (-not $Fake.Process.WaitForExit(10000)) {
        $Fake.Process.Kill()
    }

    $Fake.Process.Dispose()
}

function Get-FakeState($Fake) { Invoke-RestMethod "$($Fake.Uri)/fake/state" }

function Reset-Fake($Fake) { $null = Invoke-RestMethod -Method Post "$($Fake.Uri)/fake/reset" }

# The Gremlin that the analyzer was asked, in order.
function Get-FakeQuery($Fake) {
    (Get-FakeState $Fake).Requests | Where-Object Path -EQ '/api/topology' | ForEach-Object { ($_.Body | ConvertFrom-Json).GremlinQuery }
}

# Waits for a condition without sleeping longer than it takes.
function Wait-Until([scriptblock] $Condition, [int] $TimeoutSeconds = 10) {
    $watch = [Diagnostics.Stopwatch]::StartNew()
    while (-not (& $Condition)) {
        if ($watch.Elapsed.TotalSeconds -ge $TimeoutSeconds) {
            return $false
        }

        [Threading.Thread]::Sleep(10)
    }

    $true
}

# The error that a script block ends with; null when it does not.
function Get-ErrorOf([scriptblock] $Script) {
    try {
        $null = & $Script
    }
    catch {
        $_
    }
}

# Text as it appears on a terminal of this width.
function Format-Text([Parameter(ValueFromPipeline)] $InputObject, [int] $Width = 80, [switch] $List, [string] $View) {
    begin { $items = [Collections.Generic.List[object]]::new() }
    process { $items.Add($InputObject) }
    end {
        $PSStyle.OutputRendering = 'PlainText'
        $text = if ($List) { $items | Format-List | Out-String -Width $Width }
        elseif ($View) { $items | Format-Table -View $View | Out-String -Width $Width }
        else { $items | Out-String -Width $Width }
        $text -split '\r?\n'
    }
}

function Get-Completion([string] $Line) {
    [Management.Automation.CommandCompletion]::CompleteInput($Line, $Line.Length, $null).CompletionMatches
}
