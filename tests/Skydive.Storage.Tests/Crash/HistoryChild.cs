namespace Skydive.Storage.Tests.Crash;

internal static class HistoryChild
{
    public static Task<int> RunAsync(string[] arguments) => Task.FromResult(arguments.Length);
}
