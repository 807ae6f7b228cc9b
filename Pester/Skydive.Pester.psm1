# Assertions about networks for Pester's Should; Register-SkydiveShouldOperator imports this module. Each operator asks the analyzer of the
# current session, or of -Session, and says on failure what was found where.

# What Should wants of an operator.
function New-Result([bool] $Passed, [bool] $Negate, [string] $Failure, [string] $NegatedFailure, [string] $Because) {
    $succeeded = if ($Negate) { -not $Passed } else { $Passed }
    $message = if ($succeeded) { '' } elseif ($Negate) { $NegatedFailure } else { $Failure }
    [pscustomobject]@{
        Succeeded      = $succeeded
        FailureMessage = if ($message -and $Because) { "$message, because $($Because -replace '^because\s')" } else { $message }
    }
}

function Get-Common([hashtable] $Bound) {
    $common = @{}
    if ($Bound.Session) { $common.Session = $Bound.Session }
    $common
}

# What metadata have at a key with dots.
function Get-Value($Node, [string] $Key) {
    $value = $Node.Metadata
    foreach ($part in $Key -split '\.') { $value = $value.$part }
    $value
}

function Test-BeSkydiveNode {
    param($ActualValue, [switch] $Negate, [string] $Because, [string] $Type, [string] $State, [hashtable] $Metadata = @{}, $Session, $CallerSessionState)

    $common = Get-Common $PSBoundParameters
    $nodes = @(Get-SkydiveNode -Selector $ActualValue @common -ErrorAction Stop)
    $wanted = -join @(
        if ($Type) { " of type $Type" }
        if ($State) { " in state $State" }
        foreach ($key in @($Metadata.Keys)) { " with $key $($Metadata[$key])" }
    )
    $found = @($nodes | Where-Object {
            $node = $_
            (-not $Type -or $node.Type -eq $Type) -and (-not $State -or $node.State -eq $State) -and
            -not (@($Metadata.Keys) | Where-Object { "$(Get-Value $node $_)" -ne "$($Metadata[$_])" })
        })
    $seen = if ($nodes.Count) {
        'found ' + (($nodes | Select-Object -First 5 | ForEach-Object {
                    $node = $_
                    $details = @($node.Type; $node.State; foreach ($key in @($Metadata.Keys)) { "$key $(Get-Value $node $key)" }) | Where-Object { $_ }
                    "$node ($($details -join ', ')) on $($node.Host)"
                }) -join '; ')
    }
    else { 'found none' }
    New-Result ($found.Count -gt 0) $Negate "Expected a node '$ActualValue'$wanted, but $seen" "Expected no node '$ActualValue'$wanted, but $seen" $Because
}

function Test-HaveSkydiveNeighbor {
    param($ActualValue, [Parameter(Position = 0)] [string[]] $Name, [switch] $Negate, [string] $Because, [string[]] $RelationType = 'layer2', [switch] $Exactly, $Session, $CallerSessionState)

    $common = Get-Common $PSBoundParameters
    $around = @((Get-SkydiveNeighbor $ActualValue -RelationType $RelationType @common -ErrorAction Stop).Name | Sort-Object -Unique)
    $missing = @($Name | Where-Object { $_ -notin $around })
    $more = @($around | Where-Object { $_ -notin $Name })
    $seen = if ($around.Count) { "its neighbours are $($around -join ', ')" } else { 'it has none' }
    $problem = @(
        if ($missing.Count) { "$($missing -join ', ') $(if ($missing.Count -eq 1) { 'is' } else { 'are' }) missing" }
        if ($Exactly -and $more.Count) { "$($more -join ', ') $(if ($more.Count -eq 1) { 'is' } else { 'are' }) too many" }
    ) -join ' and '
    $passed = if ($Negate) { $missing.Count -lt $Name.Count } else { -not $problem }
    New-Result $passed $Negate "Expected '$ActualValue' to have$(if ($Exactly) { ' exactly' }) the neighbours $($Name -join ', '), but $problem; $seen" "Expected '$ActualValue' not to have the neighbours $($Name -join ', '), but $seen" $Because
}

function Test-HaveSkydivePath {
    param(
        $ActualValue, [Parameter(Position = 0)] $Destination, [switch] $Negate, [string] $Because, [string[]] $Through, [int] $MaxHops, [int] $MinimumMtu, [switch] $SameMtu,
        $NoDropsWithin, [string[]] $RelationType, $Session, $CallerSessionState
    )

    $arguments = Get-Common $PSBoundParameters
    foreach ($key in 'Through', 'MaxHops', 'MinimumMtu', 'SameMtu', 'NoDropsWithin', 'RelationType') {
        if ($PSBoundParameters.ContainsKey($key)) { $arguments[$key] = $PSBoundParameters[$key] }
    }
    $tests = @(Test-SkydivePath -Source $ActualValue -Destination $Destination @arguments -ErrorAction Stop)
    $failed = @($tests | Where-Object { -not $_.Passed })
    New-Result ($tests.Count -gt 0 -and $failed.Count -eq 0) $Negate "Expected a path from '$ActualValue' to '$Destination', but $(if ($tests.Count) { $failed.Message -join '; ' } else { "'$ActualValue' gives no node" })" "Expected no path from '$ActualValue' to '$Destination', but there is: $(($tests | Where-Object Passed).Path -join '; ')" $Because
}

function Test-HaveSkydiveConnectivity {
    param($ActualValue, [Parameter(Position = 0)] $Destination, [switch] $Negate, [string] $Because, [string] $Type, [int] $DestinationPort, [int] $Count, [int] $PayloadSize, $Session, $CallerSessionState)

    $arguments = Get-Common $PSBoundParameters
    foreach ($key in 'Type', 'DestinationPort', 'Count', 'PayloadSize') {
        if ($PSBoundParameters.ContainsKey($key)) { $arguments[$key] = $PSBoundParameters[$key] }
    }
    $test = Test-SkydiveConnectivity -Source $ActualValue -Destination $Destination @arguments -Confirm:$false -ErrorAction Stop
    New-Result $test.IsConnected $Negate "Expected packets from '$ActualValue' to reach '$Destination', but $($test.Message)" "Expected packets from '$ActualValue' not to reach '$Destination', but $($test.Message)" $Because
}

function Test-HaveUniqueSkydiveAddress {
    param($ActualValue, [switch] $Negate, [string] $Because, [string[]] $Ignore = @('127.*', '::1', 'fe80:*'), $Session, $CallerSessionState)

    $common = Get-Common $PSBoundParameters
    $seen = @{}
    foreach ($node in Get-SkydiveNode -Selector $ActualValue @common -ErrorAction Stop) {
        foreach ($address in $node.IPs) {
            $bare = ($address -split '/')[0]
            if (-not ($Ignore | Where-Object { $bare -like $_ })) { $seen[$bare] = @($seen[$bare] | Where-Object { $_ }) + "$node on $($node.Host)" }
        }
    }
    $twice = @($seen.Keys | Where-Object { $seen[$_].Count -gt 1 } | Sort-Object | ForEach-Object { "$_ at $($seen[$_] -join ' and ')" })
    New-Result ($twice.Count -eq 0) $Negate "Expected no address twice among '$ActualValue', but found $($twice -join '; ')" "Expected an address twice among '$ActualValue', but there is none" $Because
}

$known = Get-ShouldOperator | ForEach-Object Name
@{
    BeSkydiveNode            = ${function:Test-BeSkydiveNode}
    HaveSkydiveNeighbor      = ${function:Test-HaveSkydiveNeighbor}
    HaveSkydivePath          = ${function:Test-HaveSkydivePath}
    HaveSkydiveConnectivity  = ${function:Test-HaveSkydiveConnectivity}
    HaveUniqueSkydiveAddress = ${function:Test-HaveUniqueSkydiveAddress}
}.GetEnumerator() | Where-Object { $_.Key -notin $known } | ForEach-Object {
    Add-ShouldOperator -Name $_.Key -InternalName "Should-$($_.Key)" -Test $_.Value
}

Export-ModuleMember
