using System.Globalization;
using Skydive.Contracts.PingMeshes;
using Spectre.Console;

namespace Skydive.Service.Commands;

/// <summary>The pairs of a ping mesh as a table.</summary>
internal static class PingPairTable
{
    public static void Print(PingMesh mesh, IAnsiConsole console)
    {
        var table = ItemTable.Make("From", "To", "State", "Sent", "Lost", "Avg", "Max", "Jitter");
        foreach (var pair in mesh.Pairs ?? [])
        {
            var statistics = pair.Statistics;
            ItemTable.AddRow(
                table,
                End(pair.Src, pair.SrcIP),
                End(pair.Dst, pair.DstIP),
                pair.Error ?? pair.State,
                statistics.Sent.ToString(CultureInfo.InvariantCulture),
                statistics.LossRatio.ToString("0.#%", CultureInfo.InvariantCulture),
                Time(statistics.RTTAvg),
                Time(statistics.RTTMax),
                Time(statistics.Jitter));
        }

        console.Write(table);
    }

    private static string End(string name, string address) => address.Length > 0 ? $"{name} {address}" : name;

    private static string Time(long nanoseconds) => nanoseconds > 0 ? ItemTable.Duration(nanoseconds) : string.Empty;
}
