BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    Import-Module $ModulePath -Force
    $fake = Start-FakeAnalyzer
    Connect-SkydiveAnalyzer $fake.Uri
}

AfterAll {
    Disconnect-SkydiveAnalyzer -All
    Stop-FakeAnalyzer $fake
}

Describe 'Errors that end a command' {
    It '<Id>' -ForEach @(
        @{ Id = 'ConnectionFailed,Skydive.PowerShell.ConnectSkydiveAnalyzerCommand'; Category = 'ConnectionError'; Script = { Connect-SkydiveAnalyzer http://127.0.0.1:1 } }
        @{ Id = 'ConnectionFailed,Skydive.PowerShell.GetSkydiveNodeCommand'; Category = 'ConnectionError'; Script = { Get-SkydiveNode -Session http://127.0.0.1:1 } }
        @{ Id = 'AuthenticationFailed,Skydive.PowerShell.ConnectSkydiveAnalyzerCommand'; Category = 'AuthenticationError'; Script = { Connect-SkydiveAnalyzer "$($fake.Uri)/locked" } }
        @{ Id = 'AccessDenied,Skydive.PowerShell.GetSkydiveNodeCommand'; Category = 'PermissionDenied'; Script = { Get-SkydiveNode -Session "$($fake.Uri)/locked" } }
        @{ Id = 'IncompatibleServer,Skydive.PowerShell.ConnectSkydiveAnalyzerCommand'; Category = 'InvalidOperation'; Script = { Connect-SkydiveAnalyzer "$($fake.Uri)/garbage" } }
        @{ Id = 'GremlinSyntaxError,Skydive.PowerShell.InvokeSkydiveQueryCommand'; Category = 'ParserError'; Script = { Invoke-SkydiveQuery 'G.V().Foo()' } }
        @{ Id = 'GremlinSyntaxError,Skydive.PowerShell.GetSkydiveNodeCommand'; Category = 'ParserError'; Script = { Get-SkydiveNode -Selector 'G.V().Foo()' } }
        @{ Id = 'InvalidArgument,Skydive.PowerShell.InvokeSkydiveQueryCommand'; Category = 'InvalidArgument'; Script = { Invoke-SkydiveQuery 'V()' } }
        @{ Id = 'InvalidArgument,Skydive.PowerShell.InvokeSkydiveQueryCommand'; Category = 'InvalidArgument'; Script = { Invoke-SkydiveQuery 'G.V().Has("Name", $x)' -Variable @{ y = 1 } } }
        @{ Id = 'InvalidArgument,Skydive.PowerShell.GetSkydiveNodeCommand'; Category = 'InvalidArgument'; Script = { Get-SkydiveNode -Selector 'G.E()' } }
        @{ Id = 'InvalidArgument,Skydive.PowerShell.GetSkydiveNodeCommand'; Category = 'InvalidArgument'; Script = { Get-SkydiveNode -IPRange banana } }
        @{ Id = 'InvalidArgument,Skydive.PowerShell.GetSkydiveFlowCommand'; Category = 'InvalidArgument'; Script = { Get-SkydiveFlow -Since -5m -Until -10m } }
        @{ Id = 'InvalidArgument,Skydive.PowerShell.StartSkydiveCaptureCommand'; Category = 'InvalidArgument'; Script = { Start-SkydiveCapture 'vm*' -Combine } }
        @{ Id = 'BadRequest,Skydive.PowerShell.WatchSkydiveTopologyCommand'; Category = 'InvalidArgument'; Script = { Watch-SkydiveTopology 'G.V().Foo()' } }
        @{ Id = 'SessionNotFound,Skydive.PowerShell.GetSkydiveNodeCommand'; Category = 'ObjectNotFound'; Script = { Get-SkydiveNode -Session nosuch } }
        @{ Id = 'ParameterArgumentTransformationError,Skydive.PowerShell.GetSkydiveNodeCommand'; Category = 'InvalidData'; Script = { Get-SkydiveNode -At 1d } }
        @{ Id = 'ParameterArgumentTransformationError,Skydive.PowerShell.GetSkydiveNodeCommand'; Category = 'InvalidData'; Script = { Get-SkydiveNode -At yesterday } }
    ) {
        $problem = Get-ErrorOf $Script
        $problem.FullyQualifiedErrorId | Should -Be $Id
        $problem.CategoryInfo.Category | Should -Be $Category
    }

    It 'OperationTimeout when the analyzer is silent' {
        Connect-SkydiveAnalyzer $fake.Uri -Name hasty -OperationTimeoutSeconds 1 -NoDefault
        $problem = Get-ErrorOf { Get-SkydiveNode silent -Session hasty }
        $problem.FullyQualifiedErrorId | Should -Be 'OperationTimeout,Skydive.PowerShell.GetSkydiveNodeCommand'
        Disconnect-SkydiveAnalyzer hasty
    }

    It 'tell where and what was expected, on one line' {
        $problem = Get-ErrorOf { Invoke-SkydiveQuery 'G.V().Foo()' }
        $problem.TargetObject | Should -Be 'G.V().Foo()'
        $problem.Exception.Column, $problem.Exception.Offset | Should -Be 7, 6
        $problem.Exception.Expected | Should -Be 'Has', 'Out', 'In'
        $problem.ErrorDetails.Message | Should -Be "'Foo' is no step at column 7; expected: Has, Out, In"
        $problem.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }

    It 'AmbiguousSession when several are open and none is the default' {
        $script = @"
            Import-Module '$ModulePath'
            Connect-SkydiveAnalyzer '$($fake.Uri)' -Name one -NoDefault
            Connect-SkydiveAnalyzer '$($fake.Uri)' -Name two -NoDefault
            try { Get-SkydiveNode } catch { `$_.FullyQualifiedErrorId }
            Set-SkydiveSession two -Default
            (Get-SkydiveNode).Count
"@
        pwsh -NoProfile -NonInteractive -Command $script | Should -Be 'AmbiguousSession,Skydive.PowerShell.GetSkydiveNodeCommand', '9'
    }
}

Describe 'Errors after which a command goes on' {
    BeforeEach { Reset-Fake $fake }

    It 'NodeNotFound for an exact name, silence for a pattern' {
        $nodes = Get-SkydiveNode br0, nosuch -ErrorAction SilentlyContinue -ErrorVariable problems
        $nodes.Name | Should -Be 'br0'
        $problems.FullyQualifiedErrorId | Should -Be 'NodeNotFound,Skydive.PowerShell.GetSkydiveNodeCommand'
        $problems.TargetObject | Should -Be 'nosuch'
        Get-SkydiveNode 'nosuch*' | Should -BeNullOrEmpty
    }

    It 'CaptureExists and InvalidCapture' {
        $started = 'lo', 'lo', 'br0' | Start-SkydiveCapture -ErrorAction SilentlyContinue -ErrorVariable problems
        $started.Count | Should -Be 2
        $problems.FullyQualifiedErrorId | Should -Be 'CaptureExists,Skydive.PowerShell.StartSkydiveCaptureCommand'
        $problems.CategoryInfo.Category | Should -Be 'ResourceExists'
        Start-SkydiveCapture lo -Bpf bad -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems.FullyQualifiedErrorId | Should -Be 'InvalidCapture,Skydive.PowerShell.StartSkydiveCaptureCommand'
    }

    It 'CaptureNotFound' {
        Get-SkydiveCapture -Id nosuch -ErrorAction SilentlyContinue -ErrorVariable problems
        Get-SkydiveCapture nosuch -ErrorAction SilentlyContinue -ErrorVariable +problems
        Stop-SkydiveCapture nosuch -ErrorAction SilentlyContinue -ErrorVariable +problems
        Wait-SkydiveCapture nosuch -ErrorAction SilentlyContinue -ErrorVariable +problems
        $problems.FullyQualifiedErrorId -replace ',.*' | Should -Be (, 'CaptureNotFound' * 4)
    }

    It 'OperationTimeout of a capture that does not start' {
        Start-SkydiveCapture nosuch | Wait-SkydiveCapture -TimeoutSeconds 1 -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems.FullyQualifiedErrorId | Should -Be 'OperationTimeout,Skydive.PowerShell.WaitSkydiveCaptureCommand'
    }

    It 'end the command with -ErrorAction Stop' {
        (Get-ErrorOf { Get-SkydiveNode nosuch -ErrorAction Stop }).FullyQualifiedErrorId | Should -Be 'NodeNotFound,Skydive.PowerShell.GetSkydiveNodeCommand'
    }

    It 'InputObjectNotBound for objects that select nothing' {
        Get-Process -Id $PID | Start-SkydiveCapture -WhatIf -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems.FullyQualifiedErrorId | Should -Be 'InputObjectNotBound,Skydive.PowerShell.StartSkydiveCaptureCommand'
        5 | Start-SkydiveCapture -WhatIf -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems[0].FullyQualifiedErrorId | Should -Match ',Skydive.PowerShell.StartSkydiveCaptureCommand$'
    }
}

Describe 'Test-SkydiveConnection' {
    It 'gives a result, never an error' {
        (Test-SkydiveConnection).Reachable | Should -BeTrue
        Test-SkydiveConnection -Quiet | Should -BeTrue
        Test-SkydiveConnection http://127.0.0.1:1 -Quiet | Should -BeFalse
        $locked = Test-SkydiveConnection "$($fake.Uri)/locked"
        $locked.Reachable, $locked.Authenticated | Should -Be $true, $false
        (Test-SkydiveConnection http://127.0.0.1:1).Error | Should -Not -BeNullOrEmpty
    }
}
