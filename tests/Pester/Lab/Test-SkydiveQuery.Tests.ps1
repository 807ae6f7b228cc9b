BeforeDiscovery {
    . "$PSScriptRoot/../Common.ps1"
    $noLab = [bool](Get-LabProblem)
}

Describe 'Test-SkydiveQuery' -Skip:$noLab {
    BeforeAll {
        . "$PSScriptRoot/../Common.ps1"
        $lab = Start-Lab
    }

    AfterAll {
        Stop-Lab $lab
    }

    It 'tells queries from others' {
        Test-SkydiveQuery 'G.V().Count()' | Should -BeTrue
        'G.V()', 'G.V(' | Test-SkydiveQuery | Should -Be $true, $false
        Test-SkydiveQuery '' | Should -BeFalse
    }

    It 'says what is wrong and where' {
        $test = Test-SkydiveQuery "G.V().Hass('Name')" -Detailed
        $test.IsValid, $test.Line, $test.Column | Should -Be $false, 1, 7
        $test.Expected | Should -Contain 'Has'
        ($test.Marked -split '\r?\n')[1] | Should -Be '      ^'
        ($test | Format-Text -List) -join "`n" | Should -Match "did you mean 'Has'"
    }

    It 'says what a query gives' {
        $test = Test-SkydiveQuery 'G.Flows()' -Detailed
        $test.IsValid, $test.Kind | Should -Be $true, 'Flows'
        $test.Plan | Should -Not -BeNullOrEmpty
    }
}
