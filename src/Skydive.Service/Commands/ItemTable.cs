using System.Globalization;
using Skydive.Client.Queries;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Topology;
using Spectre.Console;

namespace Skydive.Service.Commands;

/// <summary>Prints the results of a query as a table for people.</summary>
internal static class ItemTable
{
    public static void Print(IReadOnlyList<QueryItem> items, IAnsiConsole console)
    {
        if (items.Count == 0)
        {
            console.WriteLine("no results");
            return;
        }

        console.Write(items[0] switch
        {
            { Node: not null } => Nodes(items.Select(static item => item.Node).OfType<Node>()),
            { Edge: not null } => Edges(items.Select(static item => item.Edge).OfType<Edge>()),
            { Flow: not null } => Flows(items.Select(static item => item.Flow).OfType<Flow>()),
            { Graph: { } graph } => Nodes(graph.Nodes),
            _ => Values(items),
        });
    }

    private static Table Nodes(IEnumerable<Node> nodes)
    {
        var table = Make("Name", "Type", "State", "Addresses", "Host");
        foreach (var node in nodes)
        {
            AddRow(table, node.Name, node.Type, node.GetText("State"), string.Join(' ', node.Metadata["IPV4"].Elements.ToArray().Select(static address => address.ToString())), node.Host);
        }

        return table;
    }

    private static Table Edges(IEnumerable<Edge> edges)
    {
        var table = Make("RelationType", "Parent", "Child");
        foreach (var edge in edges)
        {
            AddRow(table, edge.RelationType, edge.Parent, edge.Child);
        }

        return table;
    }

    private static Table Flows(IEnumerable<Flow> flows)
    {
        var table = Make("App", "A", "B", "Packets", "Bytes", "RTT", "TrackingID");
        foreach (var flow in flows)
        {
            AddRow(
                table,
                flow.Application,
                End(flow.Network?.A ?? flow.Link?.A, flow.Transport?.A, flow.SocketA),
                End(flow.Network?.B ?? flow.Link?.B, flow.Transport?.B, flow.SocketB),
                $"{flow.Metric?.ABPackets}/{flow.Metric?.BAPackets}",
                $"{flow.Metric?.ABBytes}/{flow.Metric?.BABytes}",
                flow.Metric is { RTT: > 0 and var rtt } ? Duration(rtt) : string.Empty,
                flow.TrackingID);
        }

        return table;
    }

    private static Table Values(IReadOnlyList<QueryItem> items)
    {
        var table = Make("Value");
        foreach (var item in items)
        {
            AddRow(table, item.Value.ToString());
        }

        return table;
    }

    internal static string Duration(long nanoseconds) => nanoseconds switch
    {
        < 1_000 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds} ns"),
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1e3:0} µs"),
        < 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1e6:0.0} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1e9:0.0} s"),
    };

    internal static string? End(string? address, int? port, FlowSocket? socket)
    {
        string? end = port is null ? address : address is not null && address.Contains(':', StringComparison.Ordinal) ? $"[{address}]:{port}" : $"{address}:{port}";
        return socket is null ? end : $"{end} ({socket.Name})";
    }

    internal static Table Make(params string[] columns)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (string column in columns)
        {
            table.AddColumn(new TableColumn(column).NoWrap().PadLeft(0).PadRight(1));
        }

        return table;
    }

    internal static void AddRow(Table table, params string?[] cells) => table.AddRow(cells.Select(static cell => Markup.Escape(cell ?? string.Empty)).ToArray());
}
