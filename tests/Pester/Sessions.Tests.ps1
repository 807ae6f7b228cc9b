BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    Import-Module $ModulePath -Force
    $fake = Start-FakeAnalyzer
}

AfterAll {
    Disconnect-SkydiveAnalyzer -All
    Stop-FakeAnalyzer $fake
}

Describe 'Sessions' {
    BeforeEach { Disconnect-SkydiveAnalyzer -All }

    It 'are silent to open unless -PassThru is given' {
        Connect-Skydive $fake.Uri | Should -BeNullOrEmpty
        $session = Connect-SkydiveAnalyzer $fake.Uri -PassThru
        $session | Should -BeOfType Skydive.Session
        $session.Version, $session.Service, $session.IsDefault, $session.State | Should -Be '0.1.0', 'analyzer', $true, 'Open'
        @(Get-SkydiveSession).Count | Should -Be 1
    }

    It 'are chosen by object, name and address' {
        $session = Connect-SkydiveAnalyzer $fake.Uri -Name lab -PassThru
        (Get-SkydiveNode br0 -Session $session).Name | Should -Be 'br0'
        (Get-SkydiveNode br0 -Session LAB).Name | Should -Be 'br0'
        (Get-SkydiveNode br0 -Session $fake.Uri).Name | Should -Be 'br0'
    }

    It 'are found in parallel runspaces' {
        Connect-SkydiveAnalyzer $fake.Uri
        1..3 | ForEach-Object -Parallel { Import-Module $using:ModulePath; (Get-SkydiveNode br0).Name } | Should -Be 'br0', 'br0', 'br0'
        (Get-SkydiveNode br0).Name | Should -Be 'br0'
    }

    It 'come from the environment when none is open' {
        $env:SKYDIVE_ANALYZER = $fake.Uri -replace '^http://'
        try { (Get-SkydiveNode br0).Name | Should -Be 'br0' }
        finally { Remove-Item Env:SKYDIVE_ANALYZER }
    }

    It 'are closed one by one, all, or with the module' {
        Connect-SkydiveAnalyzer $fake.Uri -Name one
        Connect-SkydiveAnalyzer $fake.Uri -Name two
        (Get-SkydiveSession -Default).Name | Should -Be 'two'
        $one = Get-SkydiveSession one
        Get-SkydiveSession o* | Disconnect-SkydiveAnalyzer
        (Get-SkydiveSession).Name | Should -Be 'two'
        (Get-ErrorOf { Get-SkydiveNode -Session $one }).FullyQualifiedErrorId | Should -Be 'SessionClosed,Skydive.PowerShell.GetSkydiveNodeCommand'
        Remove-Module Skydive
        Import-Module $ModulePath
        Get-SkydiveSession | Should -BeNullOrEmpty
    }

    It 'take another timeout' {
        Connect-SkydiveAnalyzer $fake.Uri
        (Get-SkydiveSession -Default | Set-SkydiveSession -OperationTimeoutSeconds 7 -PassThru).OperationTimeoutSeconds | Should -Be 7
        (Get-SkydiveNode br0).Name | Should -Be 'br0'
    }

    It 'show no secret' {
        $secret = ConvertTo-SecureString 'topsecret' -AsPlainText
        $session = Connect-SkydiveAnalyzer $fake.Uri -Credential ([pscredential]::new('ann', $secret)) -PassThru
        $session.User | Should -Be 'ann'
        ($session | Format-List * | Out-String) + ($session | ConvertTo-Json -Depth 3) | Should -Not -Match 'topsecret'
        (Get-ErrorOf { Connect-SkydiveAnalyzer http://192.0.2.1:8082 -Token $secret }).FullyQualifiedErrorId | Should -Be 'InvalidArgument,Skydive.PowerShell.ConnectSkydiveAnalyzerCommand'
    }
}
