namespace Skydive.Graph.Execution;

/// <summary>Loops that belong together: when one of them breaks, the others end too, so that whoever waits for them hears of it.</summary>
public static class LoopGroup
{
    /// <summary>Waits for loops that run.</summary>
    /// <param name="stop">Ends them; fired when one of them breaks.</param>
    /// <param name="loops">The loops.</param>
    /// <returns>Ends when all have ended; fails with what broke one of them.</returns>
    public static async Task WatchAsync(CancellationTokenSource stop, params Task[] loops)
    {
        ArgumentNullException.ThrowIfNull(stop);
        var running = loops.ToList();
        while (running.Count > 0)
        {
            var ended = await Task.WhenAny(running).ConfigureAwait(false);
            running.Remove(ended);
            if (ended.IsFaulted)
            {
                await stop.CancelAsync().ConfigureAwait(false);
            }
        }

        await Task.WhenAll(loops).ConfigureAwait(false);
    }
}
