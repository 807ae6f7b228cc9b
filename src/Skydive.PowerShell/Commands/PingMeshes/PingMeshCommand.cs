using System.Management.Automation;
using Skydive.PowerShell.Completion;

namespace Skydive.PowerShell;

/// <summary>What the commands share that tell of the pairs of meshes.</summary>
public abstract class PingMeshCommand : SessionCommand
{
    /// <summary>Identifiers.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "Identifiers of meshes; all when it is left out.")]
    [Alias("UUID", "MeshId")]
    [ArgumentCompleter(typeof(PingMeshIdCompleter))]
    public string[] Id { get; set; } = [];

    /// <summary>Names of interfaces that ask.</summary>
    [Parameter(HelpMessage = "Pairs only whose asking interface has one of these names, addresses or topology identifiers; with wildcards.")]
    [Alias("Src")]
    [SupportsWildcards]
    public string[] Source { get; set; } = [];

    /// <summary>Names of interfaces that are asked.</summary>
    [Parameter(HelpMessage = "Pairs only whose asked interface has one of these names, addresses or topology identifiers; with wildcards.")]
    [Alias("Dst")]
    [SupportsWildcards]
    public string[] Destination { get; set; } = [];

    /// <summary>The beginning of the time.</summary>
    [Parameter(HelpMessage = "What was measured since then: -5m, '-1d', a date.")]
    [SkydiveTime]
    public DateTimeOffset? Since { get; set; }

    /// <summary>The end of the time.</summary>
    [Parameter(HelpMessage = "What was measured until then: -5m, '-1d', a date.")]
    [SkydiveTime]
    public DateTimeOffset? Until { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        var client = Client;
        foreach (string id in Id.Length > 0 ? Id : [.. Await(client.ListPingMeshesAsync).Select(static mesh => mesh.UUID)])
        {
            Attempt(id, () => Write(id));
        }
    }

    /// <summary>Writes what there is of a mesh.</summary>
    /// <param name="id">Its identifier.</param>
    private protected abstract void Write(string id);

    private protected bool IsWanted(Contracts.PingMeshes.PingPair pair) =>
        IsOne(Source, pair.Src, pair.SrcIP, pair.SrcTID) && IsOne(Destination, pair.Dst, pair.DstIP, pair.DstTID);

    private static bool IsOne(string[] patterns, params string[] texts) =>
        patterns.Length == 0 || patterns.Any(pattern => texts.Any(text => new WildcardPattern(pattern, WildcardOptions.IgnoreCase).IsMatch(text)));
}
