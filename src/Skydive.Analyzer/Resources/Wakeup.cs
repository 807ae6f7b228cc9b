namespace Skydive.Analyzer.Resources;

/// <summary>Tells one who waits that there is something to do; told several times before he looks, he looks once. Safe for use by several threads at once.</summary>
internal sealed class Wakeup
{
    private readonly SemaphoreSlim _due = new(0, 1);

    /// <summary>There is something to do.</summary>
    public void Signal()
    {
        try
        {
            _due.Release();
        }
        catch (SemaphoreFullException)
        {
            // He has been told already.
        }
    }

    /// <summary>Waits until there is something to do.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public Task WaitAsync(CancellationToken cancellationToken) => _due.WaitAsync(cancellationToken);
}
