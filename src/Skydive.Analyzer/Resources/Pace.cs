namespace Skydive.Analyzer.Resources;

/// <summary>Keeps rounds apart: changes come in bursts, and however large the graph, four fifths of a processor stay free.</summary>
internal sealed class Pace(TimeProvider time)
{
    private static readonly TimeSpan s_minimumPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_maximumPause = TimeSpan.FromSeconds(1);

    private TimeSpan _pause = s_minimumPause;

    /// <summary>Waits until the next round may begin, and carries it out.</summary>
    /// <param name="round">The round.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task RunAsync(Func<Task> round, CancellationToken cancellationToken)
    {
        await Task.Delay(_pause, time, cancellationToken).ConfigureAwait(false);
        long began = time.GetTimestamp();
        await round().ConfigureAwait(false);
        var took = time.GetElapsedTime(began) * 4;
        _pause = took < s_minimumPause ? s_minimumPause : took > s_maximumPause ? s_maximumPause : took;
    }
}
