using System.Management.Automation;

namespace Skydive.PowerShell;

/// <summary>Counts -Skip and -First over the results of several queries; one query alone lets the service count.</summary>
internal sealed class PageCounter
{
    private ulong _skip;
    private ulong _first;

    /// <param name="paging">What the user asked for; null for all.</param>
    public PageCounter(PagingParameters? paging)
    {
        _skip = paging?.Skip ?? 0;
        _first = paging?.First ?? ulong.MaxValue;
    }

    public bool IsDone => _first == 0;

    /// <summary>Whether the next result is to be shown.</summary>
    public bool Take()
    {
        if (_skip > 0)
        {
            _skip--;
            return false;
        }

        if (_first == 0)
        {
            return false;
        }

        _first--;
        return true;
    }
}
