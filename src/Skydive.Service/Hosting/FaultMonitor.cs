using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Skydive.Service.Hosting;

/// <summary>Ends the process when one of its background parts breaks, so that whatever supervises it starts it anew.</summary>
internal sealed partial class FaultMonitor(IHostApplicationLifetime lifetime, ILogger logger)
{
    private volatile bool _hasFault;

    /// <summary>Whether a part broke.</summary>
    public bool HasFault => _hasFault;

    /// <summary>Watches a part.</summary>
    /// <param name="name">Its name, for the log.</param>
    /// <param name="completion">Fails when the part breaks.</param>
    public void Watch(string name, Task completion) => completion.ContinueWith(
        ended =>
        {
            _hasFault = true;
            LogFault(logger, name, ended.Exception!.GetBaseException());
            lifetime.StopApplication();
        },
        CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted,
        TaskScheduler.Default);

    [LoggerMessage(3011, LogLevel.Critical, "The {Part} broke; the service ends")]
    private static partial void LogFault(ILogger logger, string part, Exception exception);
}
