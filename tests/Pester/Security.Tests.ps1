# Against a real service with TLS and log-ins, made by its own commands. It is an analyzer without an agent: no rights are needed.
BeforeDiscovery {
    $service = if ($env:SKYDIVE_TEST_SERVICE) { $env:SKYDIVE_TEST_SERVICE } else { "$PSScriptRoot/../../artifacts/service/Skydive.Service.dll" }
    $noService = -not (Test-Path $service)
}

Describe 'Sessions with TLS and a log-in' -Skip:$noService {
    BeforeAll {
        . "$PSScriptRoot/Common.ps1"
        Import-Module $ModulePath -Force
        $service = if ($env:SKYDIVE_TEST_SERVICE) { $env:SKYDIVE_TEST_SERVICE } else { "$RepositoryRoot/artifacts/service/Skydive.Service.dll" }
        $folder = Join-Path ([IO.Path]::GetTempPath()) "skydive-pester-$PID"
        $null = New-Item -ItemType Directory $folder
        dotnet $service cert ca -d "$folder/tls"
        dotnet $service cert server lab -d "$folder/tls"
        'secret-of-ann' | dotnet $service user add ann --role admin -f "$folder/users"
        'secret-of-bob' | dotnet $service user add bob --role guest -f "$folder/users"
        $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
        $listener.Start()
        $port = $listener.LocalEndpoint.Port
        $listener.Stop()
        $uri = "https://localhost:$port"
        $ca = "$folder/tls/ca.crt"
        $start = [Diagnostics.ProcessStartInfo]::new('dotnet')
        $service, 'analyzer' | ForEach-Object { $start.ArgumentList.Add($_) }
        $start.RedirectStandardError = $true
        $start.Environment['SKYDIVE_ANALYZER_LISTEN'] = "127.0.0.1:$port"
        $start.Environment['SKYDIVE_ANALYZER_AUTH_API_BACKEND'] = 'basic'
        $start.Environment['SKYDIVE_AUTH_BASIC_FILE'] = "$folder/users"
        $start.Environment['SKYDIVE_TLS_SERVER_CERT'] = "$folder/tls/lab.crt"
        $start.Environment['SKYDIVE_TLS_SERVER_KEY'] = "$folder/tls/lab.key"
        $start.Environment['SKYDIVE_STORAGE_DATA_DIR'] = "$folder/data"
        $process = [Diagnostics.Process]::Start($start)
        $log = $process.StandardError.ReadToEndAsync()
        $ann = [pscredential]::new('ann', (ConvertTo-SecureString 'secret-of-ann' -AsPlainText))
        $bob = [pscredential]::new('bob', (ConvertTo-SecureString 'secret-of-bob' -AsPlainText))
        if (-not (Wait-Until { Test-SkydiveConnection $uri -Credential $ann -CertificateAuthority $ca -Quiet } 60)) {
            $process.Kill()
            throw "the service did not start: $($log.Result)"
        }
    }

    AfterAll {
        Disconnect-SkydiveAnalyzer -All
        $process.Kill()
        $process.WaitForExit()
        Remove-Item -Recurse -Force $folder
    }

    It 'open with a password and the authority of the certificate' {
        $session = Connect-SkydiveAnalyzer $uri -Credential $ann -CertificateAuthority $ca -Name secure -PassThru
        $session.User, $session.State | Should -Be 'ann', 'Open'
        (Get-SkydiveStatus).NodeCount | Should -BeGreaterOrEqual 0
        Get-SkydiveCapture | Should -BeNullOrEmpty
        ($session | Format-List * | Out-String) + ($session | ConvertTo-Json -Depth 3) | Should -Not -Match 'secret-of'
    }

    It 'find the file of the authority where the user is' {
        Push-Location "$folder/tls"
        try { Connect-SkydiveAnalyzer $uri -Credential $ann -CertificateAuthority ca.crt -Name here -NoDefault }
        finally { Pop-Location }
        Disconnect-SkydiveAnalyzer here
    }

    It 'open with a token, until it is given back' {
        $env:SKYDIVE_PASSWORD = 'secret-of-ann'
        try { $token = dotnet $service client login --analyzer $uri --ca $ca --username ann }
        finally { Remove-Item Env:SKYDIVE_PASSWORD }
        $secret = ConvertTo-SecureString $token -AsPlainText
        Connect-SkydiveAnalyzer $uri -Token $secret -CertificateAuthority $ca -Name token -NoDefault
        (Get-SkydiveStatus -Session token).NodeCount | Should -BeGreaterOrEqual 0
        dotnet $service client logout --analyzer $uri --ca $ca --token $token
        (Get-ErrorOf { Get-SkydiveStatus -Session token }).FullyQualifiedErrorId | Should -Match '^AuthenticationFailed,'
        Disconnect-SkydiveAnalyzer token
    }

    It 'stay closed for a wrong password, an unknown authority and plain HTTP' {
        $wrong = [pscredential]::new('ann', (ConvertTo-SecureString 'wrong' -AsPlainText))
        $problem = Get-ErrorOf { Connect-SkydiveAnalyzer $uri -Credential $wrong -CertificateAuthority $ca }
        $problem.FullyQualifiedErrorId, $problem.CategoryInfo.Category | Should -Be 'AuthenticationFailed,Skydive.PowerShell.ConnectSkydiveAnalyzerCommand', 'AuthenticationError'
        (Get-ErrorOf { Connect-SkydiveAnalyzer $uri -CertificateAuthority $ca }).FullyQualifiedErrorId | Should -Match '^AuthenticationFailed,'
        (Get-ErrorOf { Connect-SkydiveAnalyzer $uri -Credential $ann }).FullyQualifiedErrorId | Should -Match '^ConnectionFailed,'
        (Get-ErrorOf { Connect-SkydiveAnalyzer "http://localhost:$port" -Credential $ann }).FullyQualifiedErrorId | Should -Match '^ConnectionFailed,'
        (Get-ErrorOf { Connect-SkydiveAnalyzer $uri -CertificateAuthority "$folder/users" }).FullyQualifiedErrorId | Should -Match '^InvalidArgument,'
        (Get-ErrorOf { Connect-SkydiveAnalyzer $uri -CertificateAuthority "$folder/nosuch" }).FullyQualifiedErrorId | Should -Match '^FileNotFound,'
        Connect-SkydiveAnalyzer $uri -Credential $ann -SkipCertificateCheck -Name blind -NoDefault
        Disconnect-SkydiveAnalyzer blind
    }

    It 'let a guest look, and change nothing' {
        Connect-SkydiveAnalyzer $uri -Credential $bob -CertificateAuthority $ca -Name guest -NoDefault
        { Get-SkydiveNode -Session guest } | Should -Not -Throw
        $problem = Get-ErrorOf { Start-SkydiveCapture 'G.V()' -Session guest }
        $problem.FullyQualifiedErrorId, $problem.CategoryInfo.Category | Should -Be 'AccessDenied,Skydive.PowerShell.StartSkydiveCaptureCommand', 'PermissionDenied'
        $problem.ErrorDetails.Message | Should -Match 'capture write'
        (Get-ErrorOf { Get-SkydiveCapture -Session guest }).FullyQualifiedErrorId | Should -Match '^AccessDenied,'
        Disconnect-SkydiveAnalyzer guest
    }

    It 'are tried without being opened' {
        (Test-SkydiveConnection $uri -CertificateAuthority $ca).Authenticated | Should -BeFalse
        (Test-SkydiveConnection $uri -Credential $ann).Reachable | Should -BeFalse
        $test = Test-SkydiveConnection $uri -Credential $ann -CertificateAuthority $ca
        $test.Reachable, $test.Authenticated | Should -Be $true, $true
        Test-SkydiveConnection $uri -Credential $bob -SkipCertificateCheck -Quiet | Should -BeTrue
    }
}
