using Skydive.Contracts.Flows;
using Spectre.Console;

namespace Skydive.Service.Commands;

/// <summary>Paths of conversations as tables, one for each.</summary>
internal static class FlowPathTable
{
    /// <summary>Prints them. Packets and losses are those of A to B, then those of B to A.</summary>
    public static void Print(IEnumerable<FlowPath> paths, IAnsiConsole console)
    {
        foreach (var path in paths)
        {
            var table = ItemTable.Make("Node", "Host", "Packets", "Bytes", "Lost", "RTT", "Latency");
            table.Title = new TableTitle(Markup.Escape(
                $"{path.Application} {ItemTable.End(path.A, path.PortA, null)} -> {ItemTable.End(path.B, path.PortB, null)}, lost {path.ABLost}/{path.BALost}"));
            foreach (var hop in path.Hops)
            {
                ItemTable.AddRow(
                    table,
                    hop.Name ?? hop.NodeTID,
                    hop.Host,
                    $"{hop.ABPackets}/{hop.BAPackets}",
                    $"{hop.ABBytes}/{hop.BABytes}",
                    $"{hop.ABLost}/{hop.BALost}",
                    hop.RTT > 0 ? ItemTable.Duration(hop.RTT) : string.Empty,
                    hop.Latency is { } latency ? ItemTable.Duration(Math.Max(0, latency)) : string.Empty);
            }

            console.Write(table);
        }
    }
}
