using System.Runtime.CompilerServices;

namespace Skydive.PowerShell;

/// <summary>Ends for streams that have none of their own.</summary>
internal static class Limits
{
    /// <summary>Passes a stream on until so much time has passed.</summary>
    /// <typeparam name="T">What the stream gives.</typeparam>
    /// <param name="open">Opens the stream.</param>
    /// <param name="seconds">After how many seconds to end; 0 for never.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async IAsyncEnumerable<T> UntilAsync<T>(Func<CancellationToken, IAsyncEnumerable<T>> open, int seconds, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (seconds > 0)
        {
            limit.CancelAfter(TimeSpan.FromSeconds(seconds));
        }

        await using var enumerator = open(limit.Token).GetAsyncEnumerator(limit.Token);
        while (true)
        {
            try
            {
                if (!await enumerator.MoveNextAsync().ConfigureAwait(false))
                {
                    yield break;
                }
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                yield break;
            }

            yield return enumerator.Current;
        }
    }
}
