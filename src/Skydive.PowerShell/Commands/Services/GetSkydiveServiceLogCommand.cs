using System.Globalization;
using System.Management.Automation;
using System.Text.Json;
using Skydive.Contracts;
using Skydive.PowerShell.Local;

namespace Skydive.PowerShell;

/// <summary>Reads the log of a service of this host.</summary>
[Cmdlet(VerbsCommon.Get, "SkydiveServiceLog")]
[OutputType(typeof(LogEntry))]
public sealed class GetSkydiveServiceLogCommand : LocalCommand
{
    /// <summary>What it does; the only service that there is when it is left out.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "What the service does; the only one that there is when it is left out.")]
    public ServiceRole? Role { get; set; }

    /// <summary>Only the last messages.</summary>
    [Parameter(HelpMessage = "Only so many of the last messages.")]
    [Alias("Last")]
    [ValidateRange(0, int.MaxValue)]
    public int? Tail { get; set; }

    /// <summary>Goes on with what is logged later.</summary>
    [Parameter(HelpMessage = "Goes on with what is logged later, until it is stopped.")]
    public SwitchParameter Follow { get; set; }

    /// <summary>The least important messages.</summary>
    [Parameter(HelpMessage = "The least important messages that are given.")]
    public LogLevel Level { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Role;

    /// <inheritdoc/>
    protected override void Process()
    {
        if (FindRole(Role) is not { } role)
        {
            return;
        }

        string[] arguments =
        [
            "service", "log", "--role", NameOf(role), "--level", Level.ToString(), "--format", "json",
            .. Tail is { } count ? ["--tail", count.ToString(CultureInfo.InvariantCulture)] : Array.Empty<string>(),
            .. Follow ? ["--follow", "--until-input-ends"] : Array.Empty<string>(),
        ];
        WriteVerbose($"skydive {string.Join(' ', arguments)}");
        try
        {
            Pump(token => ServiceProgram.ReadLinesAsync(arguments, token), line =>
            {
                if (JsonSerializer.Deserialize(line, ContractsJsonContext.Default.LogEntry) is { } entry)
                {
                    WriteObject(new LogEntry(entry));
                }
            });
        }
        catch (CommandFailedException exception)
        {
            WriteError(ErrorRecords.From(exception, role));
        }
    }
}
