@{
    RootModule           = 'Skydive.PowerShell.dll'
    ModuleVersion        = '0.1.0'
    GUID                 = '5d3f5d0e-6b0b-4f0e-9d0b-3a3f8e7f4c11'
    Author               = 'The SkydivePS Authors'
    CompanyName          = 'SkydivePS'
    Copyright            = 'Copyright The SkydivePS Authors. Apache License 2.0.'
    Description          = 'Network topology and protocol analyzer: what is connected to what, what talks to whom, live and back in time.'
    PowerShellVersion    = '7.4'
    CompatiblePSEditions = @('Core')
    FormatsToProcess     = @(
        'Formats/Agent.Format.ps1xml'
        'Formats/Capture.Format.ps1xml'
        'Formats/ConnectionTest.Format.ps1xml'
        'Formats/Connectivity.Format.ps1xml'
        'Formats/Edge.Format.ps1xml'
        'Formats/Flow.Format.ps1xml'
        'Formats/Injection.Format.ps1xml'
        'Formats/Node.Format.ps1xml'
        'Formats/Path.Format.ps1xml'
        'Formats/PcapImport.Format.ps1xml'
        'Formats/PingMesh.Format.ps1xml'
        'Formats/PingPair.Format.ps1xml'
        'Formats/PingSample.Format.ps1xml'
        'Formats/Session.Format.ps1xml'
        'Formats/Status.Format.ps1xml'
        'Formats/Topology.Format.ps1xml'
        'Formats/TopologyEvent.Format.ps1xml'
    )
    CmdletsToExport      = @(
        'Connect-SkydiveAnalyzer'
        'Disconnect-SkydiveAnalyzer'
        'Get-SkydiveAgent'
        'Get-SkydiveCapture'
        'Get-SkydiveEdge'
        'Get-SkydiveFlow'
        'Get-SkydiveInjection'
        'Get-SkydiveNode'
        'Get-SkydivePingMesh'
        'Get-SkydivePingPair'
        'Get-SkydivePingSample'
        'Get-SkydiveSession'
        'Get-SkydiveStatus'
        'Get-SkydiveTopology'
        'Import-SkydivePcap'
        'Invoke-SkydiveQuery'
        'New-SkydiveInjection'
        'New-SkydivePingMesh'
        'Remove-SkydiveInjection'
        'Remove-SkydivePingMesh'
        'Set-SkydiveSession'
        'Show-SkydiveTopology'
        'Start-SkydiveCapture'
        'Stop-SkydiveCapture'
        'Test-SkydiveConnection'
        'Test-SkydiveConnectivity'
        'Wait-SkydiveCapture'
        'Wait-SkydiveInjection'
        'Watch-SkydiveTopology'
    )
    AliasesToExport      = @(
        'Connect-Skydive'
        'Invoke-SkydiveGremlin'
        'New-SkydiveCapture'
        'Remove-SkydiveCapture'
        'Stop-SkydiveInjection'
    )
    FunctionsToExport    = @()
    VariablesToExport    = @()
    PrivateData          = @{
        PSData = @{
            Tags       = @('Network', 'Topology', 'Flow', 'Capture', 'Gremlin', 'Skydive', 'Linux', 'Windows', 'MacOS')
            LicenseUri = 'https://www.apache.org/licenses/LICENSE-2.0'
        }
    }
}
