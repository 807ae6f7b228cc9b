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

# Whether the program of the service is here, which handles configuration files and services of this host.
function Test-ServiceProgram { $IsLinux -and ($env:SKYDIVE_SERVICE -or (Get-Command skydive -CommandType Application -ErrorAction Ignore) -or (Test-Path "$script:ModulePath/../../service/skydive")) }

# Why tests on a lab cannot run here; null when they can. For -Skip, during discovery.
function Get-LabProblem {
    if (-not $env:SKYDIVE_TEST_ANALYZER) { 'SKYDIVE_TEST_ANALYZER holds no address of a service' }
    elseif (-not $IsLinux -or (id -u) -ne 0) { 'namespaces can be made by root on Linux only' }
}

# Two namespaces on a bridge, known to the service that SKYDIVE_TEST_ANALYZER names; the session is open. See tests/labs/two-hosts.sh.
function Start-Lab {
    Import-Module $script:ModulePath -Force
    Connect-SkydiveAnalyzer $env:SKYDIVE_TEST_ANALYZER
    $prefix = "p$($PID % 100000)$([char](97 + (Get-Random -Maximum 26)))"
    $null = bash "$script:RepositoryRoot/tests/labs/two-hosts.sh" up $prefix
    $lab = [pscustomobject]@{ Prefix = $prefix; Bridge = "$prefix-br"; A = "$prefix" + '1-eth0'; B = "$prefix" + '2-eth0'; NamespaceA = "${prefix}1"; NamespaceB = "${prefix}2"; AddressA = '10.199.7.1'; AddressB = '10.199.7.2' }
    if (-not (Wait-Until { (Get-SkydiveNeighbor $lab.Bridge -Depth 2 -RelationType layer2).Count -eq 4 -and @(Get-SkydiveNode eth0 -Metadata @{ IPV4 = "10.199.7.2/24" } -ErrorAction Ignore).Count })) {
        Stop-Lab $lab
        throw "the service does not see the lab $prefix"
    }

    $lab
}

function Stop-Lab($Lab) {
    if ($Lab) {
        $null = bash "$script:RepositoryRoot/tests/labs/two-hosts.sh" down $Lab.Prefix
        $gone = Wait-Until { -not (Get-SkydiveNode "$($Lab.Prefix)*") }
        Disconnect-SkydiveAnalyzer -All
        if (-not $gone) { throw "the service still sees the lab $($Lab.Prefix)" }
    }
}

# A lab both of whose ends are captured, with one conversation of three echo requests and replies at each; its Capture is the capture.
function Start-CapturedLab {
    $lab = Start-Lab
    try {
        $capture = "G.V().Has('Name', Within('$($lab.A)', '$($lab.B)'))" | Start-SkydiveCapture -Name "lab-$($lab.Prefix)" -RawPacketLimit 20 -Wait
        $lab | Add-Member Capture $capture
        Wait-Until { (Get-SkydiveCapture $capture.Name).Count -eq 2 } | Should -BeTrue
        Send-Ping $lab
        Wait-Until { @(Get-SkydiveFlow -Capture $capture.Id -Application ICMPv4 | Where-Object { $_.ABPackets -eq 3 -and $_.BAPackets -eq 3 }).Count -eq 2 } | Should -BeTrue
    }
    catch {
        Stop-CapturedLab $lab
        throw
    }

    $lab
}

function Stop-CapturedLab($Lab) {
    if ($Lab) {
        Get-SkydiveCapture "lab-$($Lab.Prefix)" | Stop-SkydiveCapture
        Stop-Lab $Lab
    }
}

# Pings from one namespace of the lab to the other.
function Send-Ping($Lab, [int] $Count = 3) {
    $null = ip netns exec $Lab.NamespaceA ping -c $Count -i 0.2 $Lab.AddressB
}

function Get-Completion([string] $Line) {
    [Management.Automation.CommandCompletion]::CompleteInput($Line, $Line.Length, $null).CompletionMatches
}

# The cmdlet surface as text: what other people's scripts rely on.
function Get-Surface {
    $builtin = [Management.Automation.Cmdlet]::CommonParameters + [Management.Automation.Cmdlet]::OptionalCommonParameters
    foreach ($command in Get-Command -Module Skydive -CommandType Cmdlet | Sort-Object Name -Culture '') {
        $aliases = (Get-Alias -Definition $command.Name -ErrorAction Ignore).Name -join ', '
        "$($command.Name)$(if ($aliases) { " (alias $aliases)" }) -> $(($command.OutputType.Name | ForEach-Object { $_ -replace '^System\.Management\.Automation\.' }) -join ', ')"
        foreach ($set in $command.ParameterSets | Sort-Object Name -Culture '') {
            "  set $($set.Name)$(if ($set.IsDefault) { ' (default)' })"
            foreach ($parameter in $set.Parameters | Where-Object Name -NotIn $builtin | Sort-Object Name -Culture '') {
                $traits = @(
                    if ($parameter.IsMandatory) { 'mandatory' }
                    if ($parameter.Position -ge 0) { "position $($parameter.Position)" }
                    if ($parameter.ValueFromPipeline) { 'by value' }
                    if ($parameter.ValueFromPipelineByPropertyName) { 'by name' }
                    if ($parameter.Aliases.Count) { "alias $($parameter.Aliases -join ' ')" }
                )
                "    -$($parameter.Name) <$($parameter.ParameterType)>$(if ($traits) { ": $($traits -join ', ')" })"
            }
        }
    }
}
