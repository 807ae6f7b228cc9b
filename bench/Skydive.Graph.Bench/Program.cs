using System.Globalization;
using Skydive.Graph.Bench;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
switch (args.FirstOrDefault() ?? "load")
{
    case "load":
        LoadBench.Run(args.Length > 1 ? int.Parse(args[1]) : 3);
        return 0;
    case "publish":
        await PublishBench.RunAsync(args.ElementAtOrDefault(1) ?? "sqlite", args.ElementAtOrDefault(2) != "many", args.Length > 3 ? int.Parse(args[3]) : 3);
        return 0;
    case "churn":
        await ChurnBench.RunAsync(args.Length > 1 ? int.Parse(args[1]) : 10_000, TimeSpan.FromSeconds(args.Length > 2 ? int.Parse(args[2]) : 10));
        return 0;
    default:
        Console.Error.WriteLine("usage: load [ROUNDS] | churn [UPDATES_PER_SECOND] [SECONDS] | publish [sqlite|memory] [one|many] [ROUNDS]");
        return 2;
}
