using System.Management.Automation;
using Skydive.Client.Gremlin;
using Skydive.Client.Queries;

namespace Skydive.PowerShell;

/// <summary>
/// What the commands share that list things, all of them or those of the nodes that come down the pipeline; those that support paging with
/// -First, -Skip and -IncludeTotalCount.
/// </summary>
public abstract class PagedCommand : SessionCommand
{
    private readonly SelectorBatch _batch = new();
    private PageCounter? _counter;
    private ulong _total;

    private protected long Skip => (long)Math.Min(PagingParameters?.Skip ?? 0, long.MaxValue / 2);

    private protected long? First => PagingParameters is not { First: < ulong.MaxValue } paging ? null : (long)Math.Min(paging.First, int.MaxValue);

    private bool CountsAll => PagingParameters is { IncludeTotalCount.IsPresent: true };

    /// <summary>The selectors of this input; null when everything is meant.</summary>
    private protected abstract IReadOnlyList<SkydiveSelector>? Selectors { get; }

    /// <summary>The queries for results and for their number.</summary>
    /// <param name="from">The nodes to start from; null for everything.</param>
    /// <param name="paged">Whether the service is to count -Skip and -First.</param>
    private protected abstract (GremlinText Results, GremlinText Count) Build(GremlinText? from, bool paged);

    /// <summary>Writes a result.</summary>
    private protected abstract void Emit(QueryItem item);

    /// <summary>Writes what was held back; called after each query.</summary>
    private protected virtual void Flush()
    {
    }

    /// <inheritdoc/>
    protected override void Process()
    {
        if (Selectors is not { } selectors)
        {
            RunAlone(null);
            return;
        }

        // One selector that is not one of many lets the service do the counting.
        if (selectors.Count == 1 && !MyInvocation.ExpectingInput)
        {
            RunAlone(selectors[0].Nodes);
            return;
        }

        foreach (var selector in selectors)
        {
            RunAll(_batch.Add(selector));
        }
    }

    /// <inheritdoc/>
    protected override void End()
    {
        RunAll(_batch.Flush());
        if (_counter is not null && CountsAll)
        {
            WriteObject(PagingParameters.NewTotalCount(_total, 1.0));
        }
    }

    private void RunAlone(GremlinText? from)
    {
        var (results, count) = Build(from, paged: true);
        if (CountsAll)
        {
            WriteObject(PagingParameters.NewTotalCount((ulong)QueryCount(count), 1.0));
        }

        if (First == 0)
        {
            return;
        }

        Query(results, Emit);
        Flush();
    }

    private void RunAll(IEnumerable<GremlinText> expressions)
    {
        _counter ??= new(PagingParameters);
        foreach (var expression in expressions)
        {
            if (_counter.IsDone && !CountsAll)
            {
                return;
            }

            var (results, _) = Build(expression, paged: false);
            Query(results, item =>
            {
                _total++;
                if (_counter.Take())
                {
                    Emit(item);
                }
            });
            Flush();
        }
    }
}
