using System.Management.Automation;
using Skydive.Client.Selection;
using Skydive.Contracts.Flows;

namespace Skydive.PowerShell;

/// <summary>Gives the packets of flows that a capture kept.</summary>
[Cmdlet(VerbsCommon.Get, "SkydivePacket")]
[OutputType(typeof(Packet))]
public sealed class GetSkydivePacketCommand : TimedCommand
{
    private readonly List<string> _flows = [];

    /// <summary>The flows.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "The flows: identifiers, or flows down the pipeline.")]
    [Alias("UUID")]
    [ValidateNotNullOrEmpty]
    public string[] Flow { get; set; } = [];

    /// <summary>Which of their packets.</summary>
    [Parameter(HelpMessage = "Which of their packets, in libpcap's syntax, such as 'tcp[tcpflags] & tcp-syn != 0'; all when it is left out.")]
    [Alias("BPFFilter")]
    public string? Bpf { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Flow;

    /// <inheritdoc/>
    protected override void Process()
    {
        _flows.AddRange(Flow);
        if (_flows.Count >= PacketQuery.MaximumFlows)
        {
            Ask();
        }
    }

    /// <inheritdoc/>
    protected override void End() => Ask();

    private void Ask()
    {
        foreach (var query in PacketQuery.ForFlows(_flows, Bpf))
        {
            Query(query.At(At, Duration), item =>
            {
                foreach (var (flow, entry) in item.ReadEntries())
                {
                    WriteObject(new Packet(flow, RawPacket.FromMetadata(entry)));
                }
            });
        }

        _flows.Clear();
    }
}
