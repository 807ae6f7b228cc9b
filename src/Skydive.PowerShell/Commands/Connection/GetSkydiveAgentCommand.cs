using System.Management.Automation;
using Skydive.PowerShell.Completion;

namespace Skydive.PowerShell;

/// <summary>Lists the agents of an analyzer.</summary>
[Cmdlet(VerbsCommon.Get, "SkydiveAgent")]
[OutputType(typeof(Agent))]
public sealed class GetSkydiveAgentCommand : SessionCommand
{
    /// <summary>Hosts or patterns.</summary>
    [Parameter(Position = 0, HelpMessage = "Hosts of the agents; wildcards are allowed.")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(HostNameCompleter))]
    public string[] HostName { get; set; } = ["*"];

    /// <summary>Connected or Disconnected.</summary>
    [Parameter(HelpMessage = "Connected or Disconnected agents only.")]
    [ValidateSet("Connected", "Disconnected")]
    public string? State { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        var client = Client;
        var agents = Await(client.GetStatusAsync).Agents
            .OrderBy(static pair => pair.Key, StringComparer.Ordinal)
            .Select(static pair => new Agent(pair.Key, pair.Value))
            .ToList();
        foreach (string name in HostName)
        {
            var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
            var found = agents.FindAll(agent => pattern.IsMatch(agent.HostName));
            if (found.Count == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                WriteError(ErrorRecords.NotFound("agent", "AgentNotFound", name, "Get-SkydiveAgent shows the agents."));
            }

            WriteObject(found.Where(agent => State is null || agent.State.Equals(State, StringComparison.OrdinalIgnoreCase)), enumerateCollection: true);
        }
    }
}
