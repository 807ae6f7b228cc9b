using System.Management.Automation;

namespace Skydive.PowerShell;

/// <summary>Tells how each pair of a ping mesh does, or did.</summary>
[Cmdlet(VerbsCommon.Get, "SkydivePingPair")]
[OutputType(typeof(PingPair))]
public sealed class GetSkydivePingPairCommand : PingMeshCommand
{
    /// <summary>How they do.</summary>
    [Parameter(HelpMessage = "Those only that do so: Up, Down, Pending or Failed.")]
    public PingPairState[] State { get; set; } = [];

    private protected override void Write(string id)
    {
        var client = Client;
        var mesh = Await(token => Since is null && Until is null
            ? client.GetPingMeshAsync(id, token)
            : client.GetPingMeshAsync(id, Since ?? DateTimeOffset.UnixEpoch, Until, token));
        foreach (var pair in (mesh.Pairs ?? []).Where(IsWanted).Select(pair => new PingPair(id, pair)).Where(pair => State.Length == 0 || State.Contains(pair.State)))
        {
            WriteObject(pair);
        }
    }
}
