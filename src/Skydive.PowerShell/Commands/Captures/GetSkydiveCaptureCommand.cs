using System.Management.Automation;
using Skydive.PowerShell.Completion;

namespace Skydive.PowerShell;

/// <summary>Lists captures: all, those of some names, those that are active on some nodes.</summary>
[Cmdlet(VerbsCommon.Get, "SkydiveCapture", DefaultParameterSetName = NameSet)]
[OutputType(typeof(Capture))]
public sealed class GetSkydiveCaptureCommand : SessionCommand
{
    private const string NameSet = "Name";
    private const string IdSet = "Id";

    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    /// <summary>Names or patterns.</summary>
    [Parameter(Position = 0, ParameterSetName = NameSet, HelpMessage = "Names; wildcards are allowed.")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(CaptureNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Identifiers.</summary>
    [Parameter(Mandatory = true, ParameterSetName = IdSet, ValueFromPipelineByPropertyName = true, HelpMessage = "Identifiers of captures.")]
    [Alias("CaptureID", "UUID")]
    [ArgumentCompleter(typeof(CaptureNameCompleter))]
    public string[] Id { get; set; } = [];

    /// <summary>Nodes on which the captures are.</summary>
    [Parameter(ParameterSetName = NameSet, HelpMessage = "Nodes on which the captures are: a node, Gremlin, key=value, a name or a hashtable.")]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    public SkydiveSelector? Selector { get; set; }

    /// <summary>Active or Waiting.</summary>
    [Parameter(HelpMessage = "Active or Waiting captures only.")]
    public CaptureState? State { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        var client = Client;
        if (ParameterSetName == IdSet)
        {
            // Many flows come from one capture.
            foreach (string id in Id.Where(_asked.Add))
            {
                Attempt(id, () => Write([Await(token => client.GetCaptureAsync(id, token))]));
            }

            return;
        }

        var captures = Await(client.ListCapturesAsync);
        if (Selector is not null)
        {
            var ids = FindIds();
            captures = [.. captures.Where(capture => ids.Contains(capture.UUID))];
        }

        if (Name.Length == 0)
        {
            Write(captures);
            return;
        }

        foreach (string name in Name)
        {
            var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
            var found = captures.Where(capture => pattern.IsMatch(capture.Name ?? string.Empty)).ToList();
            if (found.Count == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                WriteError(ErrorRecords.NotFound("capture", "CaptureNotFound", name, "Get-SkydiveCapture shows the captures."));
            }

            Write(found);
        }
    }

    private void Write(IEnumerable<Contracts.Captures.Capture> captures) =>
        WriteObject(captures.Select(static capture => new Capture(capture)).Where(capture => State is null || capture.State == State), enumerateCollection: true);

    private HashSet<string> FindIds()
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        Query(Selector!.Nodes, item =>
        {
            foreach (var state in item.Node is { } node ? node.Metadata["Captures"].Elements : [])
            {
                if (state.AsMap?["ID"].AsString is { } id)
                {
                    ids.Add(id);
                }
            }
        });
        return ids;
    }
}
