using Skydive.Storage.Tests.Crash;

if (args is ["--history-child", .. var arguments])
{
    return await HistoryChild.RunAsync(arguments);
}

return await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
