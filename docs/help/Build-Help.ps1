#requires -Version 7.4
<#
.SYNOPSIS
Writes the help that PowerShell reads (en-US/) from the markdown beside this script and the metadata of the cmdlets.
.DESCRIPTION
The markdown says what a command is for, with examples; parameters are described by their HelpMessage in the code, so they cannot drift. The
result is committed, so that the build needs no PowerShell; a test runs this script into another folder and compares.
#>
param(
    [string] $ModulePath = "$PSScriptRoot/../../artifacts/module/Skydive",
    [string] $OutputPath = "$PSScriptRoot/en-US"
)

$ErrorActionPreference = 'Stop'
Import-Module $ModulePath
$ns = @{
    command = 'http://schemas.microsoft.com/maml/dev/command/2004/10'
    maml    = 'http://schemas.microsoft.com/maml/2004/10'
    dev     = 'http://schemas.microsoft.com/maml/dev/2004/10'
}
$common = [Management.Automation.Cmdlet]::CommonParameters + [Management.Automation.Cmdlet]::OptionalCommonParameters

function Read-Markdown([string] $Path) {
    $page = [ordered]@{ Name = ''; Synopsis = ''; Description = ''; Examples = [Collections.Generic.List[object]]::new(); Inputs = @(); Outputs = @(); Links = @(); Text = '' }
    $section = 'Synopsis'
    $example = $null
    $inCode = $false
    foreach ($line in Get-Content -LiteralPath $Path) {
        if ($line -match '^```') { $inCode = -not $inCode; continue }
        if ($inCode -and $example) { $example.Code += "$line`n"; continue }
        if ($inCode) { $page.Text += "$line`n"; continue }
        switch -Regex ($line) {
            '^# (.+)$' { $page.Name = $Matches[1]; continue }
            '^## (.+)$' { $section = $Matches[1]; continue }
            '^### (.+)$' { $example = [pscustomobject]@{ Title = $Matches[1]; Code = ''; Remark = '' }; $page.Examples.Add($example); continue }
            '^- `(.+?)`: (.+)$' { $page[$section] += , [pscustomobject]@{ Type = $Matches[1]; Text = $Matches[2] }; continue }
            '^- (.+)$' { $page.Links += $Matches[1]; continue }
            default {
                switch ($section) {
                    'Synopsis' { $page.Synopsis = "$($page.Synopsis) $line".Trim() }
                    'Description' { $page.Description += if ($line) { "$line " } else { "`n" } }
                    'Examples' { if ($example) { $example.Remark = "$($example.Remark) $line".Trim() } }
                }
            }
        }
    }

    $page.Description = $page.Description.Trim() -split '\s*\n\s*'
    [pscustomobject]$page
}

function Write-Text($Writer, [string] $Name, [string] $Text) { $Writer.WriteElementString('maml', $Name, $ns.maml, $Text) }

function Write-Paragraphs($Writer, [string] $Prefix, [string] $Name, [string[]] $Text) {
    $Writer.WriteStartElement($Prefix, $Name, $ns[$Prefix])
    foreach ($paragraph in $Text) { Write-Text $Writer 'para' $paragraph }
    $Writer.WriteEndElement()
}

function Write-Parameter($Writer, $Parameter, $Metadata, [bool] $ForSyntax) {
    $pipeline = @(if ($Parameter.ValueFromPipeline) { 'ByValue' }; if ($Parameter.ValueFromPipelineByPropertyName) { 'ByPropertyName' }) -join ', '
    $Writer.WriteStartElement('command', 'parameter', $ns.command)
    $Writer.WriteAttributeString('required', ([string]$Parameter.IsMandatory).ToLowerInvariant())
    $Writer.WriteAttributeString('variableLength', 'true')
    $Writer.WriteAttributeString('globbing', ([string][bool]($Metadata.Attributes | Where-Object { $_ -is [Management.Automation.SupportsWildcardsAttribute] })).ToLowerInvariant())
    $Writer.WriteAttributeString('pipelineInput', $(if ($pipeline) { "True ($pipeline)" } else { 'False' }))
    $Writer.WriteAttributeString('position', $(if ($Parameter.Position -ge 0) { "$($Parameter.Position)" } else { 'named' }))
    $Writer.WriteAttributeString('aliases', $(if ($Parameter.Aliases.Count) { $Parameter.Aliases -join ', ' } else { 'none' }))
    Write-Text $Writer 'name' $Parameter.Name
    $help = switch ($Parameter.Name) {
        'WhatIf' { 'Tells what would be done and does nothing.' }
        'Confirm' { 'Asks before anything is done.' }
        'First' { 'Gives so many at most.' }
        'Skip' { 'Leaves out so many at the beginning.' }
        'IncludeTotalCount' { 'Gives how many there are in all as well.' }
        default { $Parameter.HelpMessage }
    }
    if (-not $help) { throw "parameter $($Parameter.Name) has no HelpMessage" }
    Write-Paragraphs $Writer 'maml' 'description' $help
    $type = $Parameter.ParameterType
    if ($type -ne [switch]) {
        $inner = [Nullable]::GetUnderlyingType($type)
        $shown = if ($inner) { $inner } else { $type }
        $values = @($Metadata.Attributes | Where-Object { $_ -is [Management.Automation.ValidateSetAttribute] } | ForEach-Object ValidValues)
        $element = if ($shown.IsArray) { $shown.GetElementType() } else { $shown }
        if ($element.IsEnum) { $values = [Enum]::GetNames($element) }
        if ($values.Count -and $ForSyntax) {
            $Writer.WriteStartElement('command', 'parameterValueGroup', $ns.command)
            foreach ($value in $values) {
                $Writer.WriteStartElement('command', 'parameterValue', $ns.command)
                $Writer.WriteAttributeString('required', 'false')
                $Writer.WriteAttributeString('variableLength', 'false')
                $Writer.WriteString($value)
                $Writer.WriteEndElement()
            }
            $Writer.WriteEndElement()
        }
        $Writer.WriteStartElement('command', 'parameterValue', $ns.command)
        $Writer.WriteAttributeString('required', 'true')
        $Writer.WriteAttributeString('variableLength', 'false')
        $Writer.WriteString($shown.Name)
        $Writer.WriteEndElement()
    }
    $Writer.WriteEndElement()
}

function Write-Types($Writer, [string] $Outer, [string] $Inner, $Types) {
    $Writer.WriteStartElement('command', $Outer, $ns.command)
    foreach ($entry in $Types) {
        $Writer.WriteStartElement('command', $Inner, $ns.command)
        $Writer.WriteStartElement('dev', 'type', $ns.dev)
        Write-Text $Writer 'name' $entry.Type
        $Writer.WriteEndElement()
        Write-Paragraphs $Writer 'maml' 'description' $entry.Text
        $Writer.WriteEndElement()
    }
    $Writer.WriteEndElement()
}

function Write-Command($Writer, $Command, $Page) {
    $Writer.WriteStartElement('command', 'command', $ns.command)
    $Writer.WriteAttributeString('xmlns', 'maml', 'http://www.w3.org/2000/xmlns/', $ns.maml)
    $Writer.WriteAttributeString('xmlns', 'dev', 'http://www.w3.org/2000/xmlns/', $ns.dev)
    $Writer.WriteStartElement('command', 'details', $ns.command)
    $Writer.WriteElementString('command', 'name', $ns.command, $Command.Name)
    $Writer.WriteElementString('command', 'verb', $ns.command, $Command.Verb)
    $Writer.WriteElementString('command', 'noun', $ns.command, $Command.Noun)
    Write-Paragraphs $Writer 'maml' 'description' $Page.Synopsis
    $Writer.WriteEndElement()
    Write-Paragraphs $Writer 'maml' 'description' $Page.Description
    $Writer.WriteStartElement('command', 'syntax', $ns.command)
    foreach ($set in $Command.ParameterSets | Sort-Object { -not $_.IsDefault }, Name) {
        $Writer.WriteStartElement('command', 'syntaxItem', $ns.command)
        Write-Text $Writer 'name' $Command.Name
        foreach ($parameter in $set.Parameters | Where-Object Name -NotIn ($common | Where-Object { $_ -notin 'WhatIf', 'Confirm', 'First', 'Skip', 'IncludeTotalCount' })) {
            Write-Parameter $Writer $parameter $Command.Parameters[$parameter.Name] $true
        }
        $Writer.WriteEndElement()
    }
    $Writer.WriteEndElement()
    $Writer.WriteStartElement('command', 'parameters', $ns.command)
    $Command.ParameterSets.Parameters | Where-Object Name -NotIn ($common | Where-Object { $_ -notin 'WhatIf', 'Confirm', 'First', 'Skip', 'IncludeTotalCount' }) |
        Sort-Object Name -Unique -Culture '' | ForEach-Object { Write-Parameter $Writer $_ $Command.Parameters[$_.Name] $false }
    $Writer.WriteEndElement()
    Write-Types $Writer 'inputTypes' 'inputType' $Page.Inputs
    Write-Types $Writer 'returnValues' 'returnValue' $Page.Outputs
    $Writer.WriteStartElement('command', 'examples', $ns.command)
    $number = 0
    foreach ($example in $Page.Examples) {
        $number++
        $Writer.WriteStartElement('command', 'example', $ns.command)
        Write-Text $Writer 'title' "-------- Example ${number}: $($example.Title) --------"
        $Writer.WriteElementString('dev', 'code', $ns.dev, $example.Code.TrimEnd())
        Write-Paragraphs $Writer 'dev' 'remarks' $example.Remark
        $Writer.WriteEndElement()
    }
    $Writer.WriteEndElement()
    $Writer.WriteStartElement('command', 'relatedLinks', $ns.command)
    foreach ($link in $Page.Links) {
        $Writer.WriteStartElement('maml', 'navigationLink', $ns.maml)
        Write-Text $Writer 'linkText' $link
        Write-Text $Writer 'uri' ''
        $Writer.WriteEndElement()
    }
    $Writer.WriteEndElement()
    $Writer.WriteEndElement()
}

$null = New-Item -ItemType Directory -Force $OutputPath
$OutputPath = (Resolve-Path $OutputPath).Path
$settings = [Xml.XmlWriterSettings]@{ Indent = $true; NewLineChars = "`n"; Encoding = [Text.UTF8Encoding]::new($false) }
$xml = [Xml.XmlWriter]::Create("$OutputPath/Skydive.PowerShell.dll-Help.xml", $settings)
$xml.WriteStartElement('helpItems', 'http://msh')
$xml.WriteAttributeString('schema', 'maml')
foreach ($command in Get-Command -Module Skydive -CommandType Cmdlet | Sort-Object Name -Culture '') {
    $path = "$PSScriptRoot/$($command.Name).md"
    if (-not (Test-Path $path)) { throw "$($command.Name) has no page in docs/help" }
    Write-Command $xml $command (Read-Markdown $path)
}

$xml.WriteEndElement()
$xml.Dispose()
foreach ($file in Get-ChildItem "$PSScriptRoot/about_*.md" | Sort-Object Name -Culture '') {
    $page = Read-Markdown $file.FullName
    $indented = { param($text) ($text.TrimEnd() -split '\n' | ForEach-Object { if ($_) { "    $_" } else { '' } }) -join "`n" }
    $lines = "TOPIC`n    $($page.Name)`n`nSHORT DESCRIPTION`n    $($page.Synopsis)`n`nLONG DESCRIPTION`n$(& $indented $page.Text)`n`nSEE ALSO`n$(& $indented ($page.Links -join "`n"))`n"
    [IO.File]::WriteAllText("$OutputPath/$($page.Name).help.txt", $lines, [Text.UTF8Encoding]::new($false))
}
