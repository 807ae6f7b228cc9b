using System.Management.Automation;
using Skydive.PowerShell.Completion;

namespace Skydive.PowerShell;

/// <summary>Lists ping meshes, those that are over too.</summary>
[Cmdlet(VerbsCommon.Get, "SkydivePingMesh", DefaultParameterSetName = NameSet)]
[OutputType(typeof(PingMesh))]
public sealed class GetSkydivePingMeshCommand : SessionCommand
{
    private const string NameSet = "Name";
    private const string IdSet = "Id";

    /// <summary>Names.</summary>
    [Parameter(Position = 0, ParameterSetName = NameSet, HelpMessage = "Names of meshes, with wildcards; all when it is left out.")]
    [SupportsWildcards]
    public string[] Name { get; set; } = [];

    /// <summary>Identifiers.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = IdSet, HelpMessage = "Identifiers of meshes.")]
    [Alias("UUID", "MeshId")]
    [ArgumentCompleter(typeof(PingMeshIdCompleter))]
    public string[] Id { get; set; } = [];

    /// <summary>How they do.</summary>
    [Parameter(HelpMessage = "Those only that do so: Active or Completed.")]
    public PingMeshState? State { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        var client = Client;
        if (ParameterSetName == NameSet)
        {
            WildcardPattern[] patterns = [.. Name.Select(static name => new WildcardPattern(name, WildcardOptions.IgnoreCase))];
            Write(Await(client.ListPingMeshesAsync).Where(mesh => patterns.Length == 0 || patterns.Any(pattern => pattern.IsMatch(mesh.Name ?? string.Empty))));
            return;
        }

        foreach (string id in Id)
        {
            Attempt(id, () => Write([Await(token => client.GetPingMeshAsync(id, token))]));
        }
    }

    private void Write(IEnumerable<Contracts.PingMeshes.PingMesh> meshes) => WriteObject(
        meshes.Select(static mesh => new PingMesh(mesh)).Where(mesh => State is null || mesh.State == State), enumerateCollection: true);
}
