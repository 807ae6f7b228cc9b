using System.Globalization;
using Skydive.Graph.Bench;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
switch (args.FirstOrDefault() ?? "load")
{
    case "load":
        LoadBench.Run(args.Length > 1 ? int.Parse(args[1]) : 3);
        return 0;
    default:
        Console.Error.WriteLine("usage: load [ROUNDS]");
        return 2;
}
