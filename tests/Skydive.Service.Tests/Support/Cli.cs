using System.Diagnostics;

namespace Skydive.Service.Tests.Support;

/// <summary>Runs commands of the program in a process of their own, with state folders of the test's own.</summary>
internal sealed class Cli(string folder)
{
    /// <summary>Environment variables besides those of this process.</summary>
    public Dictionary<string, string> Environment { get; } = new() { ["XDG_STATE_HOME"] = folder, ["SKYDIVE_STORAGE_DATA_DIR"] = Path.Combine(folder, "data"), ["DOTNET_TC_QuickJit"] = "1" };

    public (int Code, string Output, string Error) Run(params string[] arguments) => RunWith(string.Empty, arguments);

    public (int Code, string Output, string Error) RunWith(string input, params string[] arguments)
    {
        using var process = Start(arguments);
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(60)), $"{string.Join(' ', arguments)} did not end");
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
    }

    public Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [TestService.Program, .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in Environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
