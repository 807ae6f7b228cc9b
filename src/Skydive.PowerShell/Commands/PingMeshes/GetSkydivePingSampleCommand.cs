using System.Management.Automation;

namespace Skydive.PowerShell;

/// <summary>Gives what the pairs of a ping mesh measured, one sample for each span of time.</summary>
[Cmdlet(VerbsCommon.Get, "SkydivePingSample")]
[OutputType(typeof(PingSample))]
public sealed class GetSkydivePingSampleCommand : PingMeshCommand
{
    private protected override void Write(string id)
    {
        var client = Client;
        var since = Since ?? DateTimeOffset.UnixEpoch;
        var samples = Await(token => client.GetPingSamplesAsync(id, since, Until, token));

        // Pairs that are no more have names in the past only.
        var pairs = (Await(token => client.GetPingMeshAsync(id, since, Until, token)).Pairs ?? []).ToDictionary(static pair => pair.ID, StringComparer.Ordinal);
        foreach (var sample in samples)
        {
            var pair = pairs.GetValueOrDefault(sample.PairID);
            if (pair is null ? Source.Length == 0 && Destination.Length == 0 : IsWanted(pair))
            {
                WriteObject(new PingSample(sample, pair));
            }
        }
    }
}
