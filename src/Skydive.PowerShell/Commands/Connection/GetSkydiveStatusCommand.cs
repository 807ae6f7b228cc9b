using System.Management.Automation;

namespace Skydive.PowerShell;

/// <summary>Tells how the service does: graph, agents, probes, store.</summary>
[Cmdlet(VerbsCommon.Get, "SkydiveStatus")]
[OutputType(typeof(Status))]
public sealed class GetSkydiveStatusCommand : SessionCommand
{
    /// <inheritdoc/>
    protected override void Process()
    {
        var client = Client;
        WriteObject(Await(async token =>
        {
            var info = await client.GetInfoAsync(token).ConfigureAwait(false);
            return info.Service == "agent"
                ? new Status(client.Address, info, await client.GetAgentStatusAsync(token).ConfigureAwait(false))
                : new Status(client.Address, info, await client.GetStatusAsync(token).ConfigureAwait(false));
        }));
    }
}
