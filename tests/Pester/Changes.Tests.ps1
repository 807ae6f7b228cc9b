BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    Import-Module $ModulePath -Force
    $fake = Start-FakeAnalyzer
    Connect-SkydiveAnalyzer $fake.Uri
    $capture = Start-SkydiveCapture lo -Name kept
    [IO.File]::WriteAllBytes("$TestDrive/good.pcap", [byte[]](0xd4, 0xc3, 0xb2, 0xa1) + [byte[]]::new(20))
}

AfterAll {
    Disconnect-SkydiveAnalyzer -All
    Stop-FakeAnalyzer $fake
}

Describe '-WhatIf' {
    It 'sends nothing that changes something: <Script>' -ForEach @(
        @{ Script = { Get-SkydiveNode | Start-SkydiveCapture -WhatIf } }
        @{ Script = { Get-SkydiveNode | Start-SkydiveCapture -Combine -WhatIf } }
        @{ Script = { Get-SkydiveCapture | Stop-SkydiveCapture -WhatIf } }
        @{ Script = { Stop-SkydiveCapture -Name '*' -WhatIf } }
        @{ Script = { Get-SkydiveNode | New-SkydiveInjection -DestinationIP 10.0.0.1 -WhatIf } }
        @{ Script = { Get-SkydiveInjection | Remove-SkydiveInjection -WhatIf } }
        @{ Script = { Get-SkydiveNode | New-SkydivePingMesh -WhatIf } }
        @{ Script = { Get-SkydivePingMesh | Remove-SkydivePingMesh -WhatIf } }
        @{ Script = { Test-SkydiveConnectivity vm1-eth0 vm2-eth0 -WhatIf } }
        @{ Script = { Import-SkydivePcap "$TestDrive/*.pcap" -WhatIf } }
    ) {
        $before = @((Get-FakeState $fake).Requests).Count
        $null = & $Script
        $sent = @((Get-FakeState $fake).Requests)[$before..99999]
        $sent | Where-Object { $_.Method -ne 'GET' -and $_.Path -ne '/api/topology' } | Should -BeNullOrEmpty
        (Get-SkydiveCapture).Name | Should -Be 'kept'
    }

    It 'keeps sessions' {
        Disconnect-SkydiveAnalyzer -All -WhatIf
        (Get-SkydiveSession).State | Should -Be 'Open'
    }
}
