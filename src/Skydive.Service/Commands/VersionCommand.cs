using System.CommandLine;

namespace Skydive.Service.Commands;

/// <summary><c>skydive version</c>.</summary>
internal static class VersionCommand
{
    public static Command Create()
    {
        var command = new Command("version", "Prints the version.");
        command.SetAction(static result => result.InvocationConfiguration.Output.WriteLine($"skydive {Hosting.ServiceVersion.Text}"));
        return command;
    }
}
